// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#include <utility>

#include "daemon/nat/conntrack_message.h"

namespace rustnet {
namespace {

constexpr uint16_t kNew = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW;
constexpr uint16_t kDelete = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;

IpAddress Address(Bytes value, size_t size) {
  return value.size() == size ? IpAddress(value) : IpAddress();
}

uint16_t Port(Bytes value) { return ntohs(HostValue<uint16_t>(value)); }

bool ParseAddresses(Bytes attributes, ConntrackTuple* tuple) {
  return ForEachAttribute(attributes, 0, [tuple](uint16_t type, Bytes value) {
    if (type == CTA_IP_V4_SRC) tuple->source = Address(value, 4);
    if (type == CTA_IP_V4_DST) tuple->destination = Address(value, 4);
    if (type == CTA_IP_V6_SRC) tuple->source = Address(value, 16);
    if (type == CTA_IP_V6_DST) tuple->destination = Address(value, 16);
  });
}

bool ParseProtocol(Bytes attributes, ConntrackTuple* tuple) {
  return ForEachAttribute(attributes, 0, [tuple](uint16_t type, Bytes value) {
    if (type == CTA_PROTO_NUM) tuple->ip_protocol = HostValue<uint8_t>(value);
    if (type == CTA_PROTO_SRC_PORT) tuple->source_port = Port(value);
    if (type == CTA_PROTO_DST_PORT) tuple->destination_port = Port(value);
    if (type == CTA_PROTO_ICMP_ID || type == CTA_PROTO_ICMPV6_ID) {
      tuple->source_port = tuple->destination_port = Port(value);
    }
  });
}

bool ParseTuple(Bytes attributes, ConntrackTuple* tuple) {
  bool whole = true;
  const bool read = ForEachAttribute(attributes, 0, [&](uint16_t type, Bytes value) {
    if (type == CTA_TUPLE_IP) whole = ParseAddresses(value, tuple) && whole;
    if (type == CTA_TUPLE_PROTO) whole = ParseProtocol(value, tuple) && whole;
  });
  const IpAddress& a = tuple->source;
  return read && whole && a.family() != IpAddress::Family::kNone &&
         a.family() == tuple->destination.family() && tuple->ip_protocol != 0;
}

// Conntrack calls the keys of GRE ports; packets are not told apart by them.
bool HasPorts(net::Protocol protocol) {
  return protocol == net::Protocol::kTcp || protocol == net::Protocol::kUdp ||
         protocol == net::Protocol::kSctp || protocol == net::Protocol::kIcmp ||
         protocol == net::Protocol::kIcmpv6;
}

net::Protocol ProtocolOf(uint8_t ip_protocol) {
  switch (ip_protocol) {
    case IPPROTO_TCP:
      return net::Protocol::kTcp;
    case IPPROTO_UDP:
      return net::Protocol::kUdp;
    case IPPROTO_ICMP:
      return net::Protocol::kIcmp;
    case IPPROTO_ICMPV6:
      return net::Protocol::kIcmpv6;
    case IPPROTO_SCTP:
      return net::Protocol::kSctp;
    case IPPROTO_GRE:
      return net::Protocol::kGre;
    case IPPROTO_ESP:
      return net::Protocol::kEsp;
    case IPPROTO_AH:
      return net::Protocol::kAh;
    default:
      return net::Protocol::kIpOther;
  }
}

}  // namespace

bool ParseConntrack(const NetlinkMessage& message, ConntrackEvent* event) {
  *event = ConntrackEvent();
  if (message.type != kNew && message.type != kDelete) return false;
  event->gone = message.type == kDelete;
  bool original = false;
  bool reply = false;
  const bool whole =
      ForEachAttribute(message.body, sizeof(nfgenmsg), [&](uint16_t type, Bytes value) {
        if (type == CTA_TUPLE_ORIG) original = ParseTuple(value, &event->original);
        if (type == CTA_TUPLE_REPLY) reply = ParseTuple(value, &event->reply);
      });
  return whole && original && reply;
}

net::FlowKey KeyOf(const ConntrackTuple& tuple, uint8_t* source) {
  net::FlowKey key;
  key.protocol = ProtocolOf(tuple.ip_protocol);
  key.ip_protocol = tuple.ip_protocol;
  key.family = tuple.source.is_v4() ? 4 : 6;
  const bool ports = HasPorts(key.protocol);
  const auto from = std::pair(tuple.source.raw(), ports ? tuple.source_port : uint16_t{0});
  const auto to = std::pair(tuple.destination.raw(), ports ? tuple.destination_port : uint16_t{0});
  *source = to < from ? 1 : 0;
  key.address[*source] = from.first;
  key.port[*source] = from.second;
  key.address[*source ^ 1] = to.first;
  key.port[*source ^ 1] = to.second;
  return key;
}

}  // namespace rustnet
