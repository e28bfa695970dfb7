// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/decoder.h"

#include <algorithm>

#include "common/net/packet/fragments.h"
#include "common/net/packet/link.h"
#include "common/net/packet/network.h"

namespace rustnet::net {
namespace {

// A Packet is used again for frame after frame: nothing of the last one may stay.  The key is
// written whole by the network layer.
void Begin(const Frame& frame, uint32_t length, Packet* packet) {
  packet->time = frame.time;
  packet->frame_bytes = length;
  packet->ip_bytes = 0;
  packet->payload_bytes = 0;
  packet->payload = {};
  packet->outgoing = frame.outgoing;
  packet->fragment = false;
  packet->depth = 0;
  packet->vlan_count = 0;
  packet->arp_operation = 0;
  packet->igmp_type = 0;
  packet->vlans = {};
  packet->carriers = {};
  packet->tcp = {};
  packet->icmp = {};
  packet->source_mac = {};
  packet->destination_mac = {};
  packet->earlier = {};
}

}  // namespace

Decoder::Decoder() : fragments_(std::make_unique<FragmentTable>(&counters_)) {}
Decoder::~Decoder() = default;

size_t Decoder::Decode(const Frame& frame, std::span<Packet, kMaxLayers> out) {
  Packet* const packet = &out[0];
  ++counters_.frames;
  const auto captured = static_cast<uint32_t>(frame.bytes.size());
  const uint32_t length = std::max(frame.length, captured);
  const Layer layer{
      .cut = length - captured, .tunnel = 0, .handle = frame.handle, .fragments = fragments_.get()};
  counters_.truncated += layer.cut != 0;
  Begin(frame, length, packet);

  // The common case keeps its reader in registers: it is copied before its address is taken.
  ByteReader in(frame.bytes);
  LinkContent content;
  uint16_t ether_type = 0;
  if (frame.link == LinkType::kEthernet) [[likely]]
    ether_type = EnterEthernet(&in, packet);
  if (ether_type == kEtherIpv4) [[likely]] {
    content.network = Network::kIpv4;
  } else if (ether_type == kEtherIpv6) {
    content.network = Network::kIpv6;
  } else {
    ByteReader rest = in;
    if (frame.link != LinkType::kEthernet) {
      content = EnterLink(frame.link, &rest, packet);
    } else if (rest.ok()) {
      content = FollowEtherType(ether_type, &rest, packet);
    }
    in = rest;
  }
  Outcome outcome = Outcome::kMalformed;
  switch (content.network) {
    case Network::kIpv4:
      outcome = DecodeIpv4(layer, in.rest(), packet);
      break;
    case Network::kIpv6:
      outcome = DecodeIpv6(layer, in.rest(), packet);
      break;
    case Network::kArp:
      outcome = DecodeArp(layer, in.rest(), packet);
      break;
    case Network::kLink:
      outcome = DecodeLinkProtocol(layer, content.protocol, packet);
      break;
    case Network::kMalformed:
      break;
  }
  counters_.malformed += outcome == Outcome::kMalformed;
  return outcome == Outcome::kPacket ? 1 : 0;
}

std::vector<OrphanFragments> Decoder::TakeOrphans() { return fragments_->TakeOrphans(); }

}  // namespace rustnet::net
