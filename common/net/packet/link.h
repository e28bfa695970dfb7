// SPDX-License-Identifier: Apache-2.0
// Link layers down to IP, ARP or a protocol without IP: Ethernet, VLAN and other tags, LLC/SNAP,
// MPLS, PPPoE, PPP, Linux cooked, loopback, raw IP, wireless, PKTAP.  Fills the MAC addresses and
// VLAN ids of the packet.
//
// Link types: https://www.tcpdump.org/linktypes.html.  EtherTypes: IEEE registration authority.
#pragma once

#include "common/net/packet/layer.h"

namespace rustnet::net {

inline constexpr uint16_t kEtherIpv4 = 0x0800;
inline constexpr uint16_t kEtherIpv6 = 0x86dd;
inline constexpr uint16_t kEtherMpls = 0x8847;
inline constexpr uint16_t kEtherNsh = 0x894f;
inline constexpr uint16_t kEtherBridged = 0x6558;  // an Ethernet frame

// Both leave `in` at the first byte of what the frame carries.
LinkContent FollowEtherType(uint16_t ether_type, ByteReader* in, Packet* packet);
LinkContent EnterLink(LinkType link, ByteReader* in, Packet* packet);

// The EtherType, or 802.3 length; `in` has failed if the header is cut.
[[gnu::always_inline]] inline uint16_t EnterEthernet(ByteReader* in, Packet* packet) {
  const auto header = in->Header<14>();
  header.CopyTo<0>(&packet->destination_mac);
  header.CopyTo<6>(&packet->source_mac);
  return header.U16<12>();
}

}  // namespace rustnet::net
