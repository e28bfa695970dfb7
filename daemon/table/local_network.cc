// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/local_network.h"

#include <algorithm>

namespace rustnet {

bool LocalNetwork::IsLocal(const IpAddress& address) const {
  return address.IsLoopback() || addresses_.contains(address.Unmapped().raw());
}

bool LocalNetwork::IsLocal(const net::FlowKey& key, size_t end) const {
  if (key.family != 0) return IsLocal(key.ip(end));
  MacAddress mac{};
  std::copy_n(key.address[end].begin(), mac.size(), mac.begin());
  return macs_.contains(mac);
}

model::AddressKind LocalNetwork::Kind(const IpAddress& address) const {
  if (address.family() == IpAddress::Family::kNone) return model::AddressKind::kUnspecified;
  if (address.IsMulticast()) return model::AddressKind::kMulticast;
  if (address.IsBroadcast() || broadcasts_.contains(address.raw())) {
    return model::AddressKind::kBroadcast;
  }
  if (gateways_.contains(address.raw())) return model::AddressKind::kGateway;
  return model::AddressKind::kUnicast;
}

Orientation Orient(const net::FlowView& flow, const LocalNetwork& network) {
  const uint8_t initiator = flow.initiator & 1;
  const uint8_t responder = initiator ^ 1;
  const bool began_here = network.IsLocal(flow.key, initiator);
  const bool answered_here = network.IsLocal(flow.key, responder);
  if (began_here && answered_here) return {initiator, model::Direction::kLocal};
  if (began_here) return {initiator, model::Direction::kOutgoing};
  if (answered_here) return {responder, model::Direction::kIncoming};
  // No address of ours, but the kernel sent it: a host without an address yet (DHCP, DAD), or that
  // we know nothing of.  Else it is forwarded.
  const bool nameless =
      network.empty() || flow.key.family == 0 || flow.key.ip(initiator).IsUnspecified();
  if (flow.local_began && nameless) return {initiator, model::Direction::kOutgoing};
  const model::AddressKind kind = network.Kind(flow.key.ip(responder));
  if (kind == model::AddressKind::kMulticast || kind == model::AddressKind::kBroadcast) {
    return {responder, model::Direction::kIncoming};
  }
  return {initiator, model::Direction::kTransit};
}

}  // namespace rustnet
