// SPDX-License-Identifier: Apache-2.0
// Link layers down to IP, ARP or a protocol without IP: Ethernet, VLAN tags, LLC/SNAP, MPLS, PPPoE,
// PPP, Linux cooked, loopback, raw IP.  Fills the MAC addresses and VLAN ids of the packet.
//
// Link types: https://www.tcpdump.org/linktypes.html.  EtherTypes: IEEE registration authority.
#pragma once

#include "common/net/packet/layer.h"

namespace rustnet::net {

inline constexpr uint16_t kEtherIpv4 = 0x0800;
inline constexpr uint16_t kEtherIpv6 = 0x86dd;

// Behind an EtherType that is neither IPv4 nor IPv6.
LinkContent FollowEtherType(uint16_t ether_type, ByteReader* in, Packet* packet);

// Any link type but Ethernet.
LinkContent EnterOtherLink(LinkType link, ByteReader* in, Packet* packet);

// Leaves `in` at the first byte of what the frame carries.
inline LinkContent EnterEthernet(ByteReader* in, Packet* packet) {
  const auto header = in->Header<14>();
  if (!in->ok()) return {};
  packet->destination_mac = header.Copy<0, 6>();
  packet->source_mac = header.Copy<6, 6>();
  const uint16_t ether_type = header.U16<12>();
  if (ether_type == kEtherIpv4) return {Network::kIpv4, {}};
  if (ether_type == kEtherIpv6) return {Network::kIpv6, {}};
  return FollowEtherType(ether_type, in, packet);
}

inline LinkContent EnterLink(LinkType link, ByteReader* in, Packet* packet) {
  if (link == LinkType::kEthernet) [[likely]]
    return EnterEthernet(in, packet);
  return EnterOtherLink(link, in, packet);
}

}  // namespace rustnet::net
