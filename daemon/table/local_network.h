// SPDX-License-Identifier: Apache-2.0
// What belongs to this host, and with it the orientation of a flow: which end is the local one, and
// what a client calls its direction.
#pragma once

#include <vector>

#include "absl/container/flat_hash_set.h"
#include "common/base/ip_address.h"
#include "common/model/connection.h"
#include "common/net/flow/flow.h"

namespace rustnet {

class LocalNetwork {
 public:
  void AddAddress(const IpAddress& address) { addresses_.insert(address.raw()); }
  void AddBroadcast(const IpAddress& address) { broadcasts_.insert(address.raw()); }
  void AddGateway(const IpAddress& address) { gateways_.insert(address.raw()); }
  void AddMac(const MacAddress& mac) { macs_.insert(mac); }

  bool empty() const { return addresses_.empty(); }
  bool IsLocal(const IpAddress& address) const;
  bool IsLocal(const net::FlowKey& key, size_t end) const;
  model::AddressKind Kind(const IpAddress& address) const;

 private:
  absl::flat_hash_set<std::array<uint8_t, 16>> addresses_;
  absl::flat_hash_set<std::array<uint8_t, 16>> broadcasts_;
  absl::flat_hash_set<std::array<uint8_t, 16>> gateways_;
  absl::flat_hash_set<MacAddress> macs_;
};

struct Orientation {
  uint8_t local = 0;  // index in the flow's key
  model::Direction direction = model::Direction::kTransit;
};

// Both ends here: the local end is the one that began.  A packet from elsewhere to a group or
// broadcast address is incoming, with that address as the local end.  No end here: transit, and
// "local" is the end that began.
Orientation Orient(const net::FlowView& flow, const LocalNetwork& network);

}  // namespace rustnet
