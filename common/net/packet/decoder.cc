// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/decoder.h"

#include <algorithm>
#include <optional>

#include "common/net/packet/fragments.h"
#include "common/net/packet/link.h"
#include "common/net/packet/network.h"
#include "common/net/packet/tunnel.h"

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
  packet->carrier_id = 0;
  packet->tcp = {};
  packet->icmp = {};
  packet->source_mac = {};
  packet->destination_mac = {};
  packet->earlier = {};
}

[[gnu::always_inline]] inline Outcome DecodeNetwork(const Layer& layer, const LinkContent& content,
                                                    Bytes bytes, Packet* packet) {
  switch (content.network) {
    case Network::kIpv4:
      return DecodeIpv4(layer, bytes, packet);
    case Network::kIpv6:
      return DecodeIpv6(layer, bytes, packet);
    case Network::kArp:
      return DecodeArp(layer, bytes, packet);
    case Network::kLink:
      return DecodeLinkProtocol(layer, content.protocol, packet);
    case Network::kMalformed:
      break;
  }
  return Outcome::kMalformed;
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
  const Outcome outcome = DecodeNetwork(layer, content, in.rest(), packet);
  counters_.malformed += outcome == Outcome::kMalformed;
  if (outcome != Outcome::kPacket) return 0;
  return MayCarry(*packet) ? FollowTunnels(layer, out) : 1;
}

// `out` has the outermost packet.
size_t Decoder::FollowTunnels(Layer layer, std::span<Packet, kMaxLayers> out) {
  size_t count = 1;
  for (size_t i = 0; i < count; ++i) {
    const Packet& outer = out[i];
    if (!MayCarry(outer) || outer.payload.empty()) continue;
    if (outer.depth == kMaxCarriers || count == kMaxLayers) {
      ++counters_.tunnels_unread;
      continue;
    }
    if (IsSflow(outer.key)) {
      count = FollowSamples(layer, i, count, out);
      continue;
    }
    ByteReader in(outer.payload);
    const std::optional<LinkContent> content = EnterTunnel(outer, &in, &layer, &out[count]);
    if (!content) continue;
    const Outcome outcome = DecodeNetwork(layer, *content, in.rest(), &out[count]);
    counters_.tunnels_unread += outcome == Outcome::kMalformed;
    count += outcome == Outcome::kPacket ? 1 : 0;
  }
  return count;
}

size_t Decoder::FollowSamples(Layer layer, size_t outer, size_t count,
                              std::span<Packet, kMaxLayers> out) {
  SflowSamples samples(out[outer].payload);
  while (const std::optional<SampledFrame> sample = samples.Next()) {
    if (count == kMaxLayers) {
      ++counters_.tunnels_unread;
      continue;
    }
    ByteReader in(sample->bytes);
    const LinkContent content = EnterSample(out[outer], *sample, &in, &layer, &out[count]);
    const Outcome outcome = DecodeNetwork(layer, content, in.rest(), &out[count]);
    counters_.tunnels_unread += outcome == Outcome::kMalformed;
    count += outcome == Outcome::kPacket ? 1 : 0;
  }
  return count;
}

std::vector<OrphanFragments> Decoder::TakeOrphans() { return fragments_->TakeOrphans(); }

}  // namespace rustnet::net
