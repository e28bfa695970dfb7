// SPDX-License-Identifier: Apache-2.0
// Frames of one link type through the decoder into a flow table.
//
// Input: a byte that chooses the link type, then frames: a byte of captured length (times 8, plus
// 7), a byte of flags, the bytes.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/base/check.h"
#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"

namespace {

using rustnet::ByteReader;
using rustnet::Bytes;
using rustnet::kSecond;
namespace net = rustnet::net;

constexpr net::LinkType kLinks[] = {
    net::LinkType::kEthernet, net::LinkType::kNull,      net::LinkType::kPpp,
    net::LinkType::kRaw,      net::LinkType::kLinuxSll,  net::LinkType::kLinuxSll2,
    net::LinkType::kLoop,     net::LinkType::kPppHdlc,   net::LinkType::kPppEther,
    net::LinkType::kNflog,    net::LinkType::kRadiotap,  net::LinkType::kFrameRelay,
    net::LinkType::kFddi,     net::LinkType::kIeee80211, net::LinkType::kIpv4,
    net::LinkType::kIpv6,     net::LinkType::kPktap,     net::LinkType::kIeee802154,
};

void Check(const net::Frame& frame, const net::Packet& packet) {
  RN_CHECK(packet.from <= 1);
  RN_CHECK(packet.vlan_count <= packet.vlans.size());
  if (packet.carriers[0] == net::Carrier::kNone) RN_CHECK(packet.frame_bytes == frame.length);
  const rustnet::Bytes payload = packet.payload;
  const bool own = payload.empty() ||
                   (payload.data() >= frame.bytes.data() &&
                    payload.data() + payload.size() <= frame.bytes.data() + frame.bytes.size());
  RN_CHECK(!own || payload.size() <= packet.payload_bytes);  // else: put together from fragments
  RN_CHECK(packet.depth <= packet.carriers.size());
  if (packet.carriers[0] == net::Carrier::kNone) RN_CHECK(packet.ip_bytes <= packet.frame_bytes);
  RN_CHECK(packet.key.protocol != net::Protocol::kNone);
  RN_CHECK(!net::ProtocolName(packet.key.protocol, packet.key.ip_protocol).empty());
  RN_CHECK(packet.key.address[0] <= packet.key.address[1]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader in(Bytes(data, size));
  net::FlowOptions options;
  options.capacity = 64;
  net::FlowTable table(options);
  net::Decoder decoder;
  std::array<net::Packet, net::kMaxLayers> packets;
  net::Frame frame;
  frame.link = kLinks[in.U8() % std::size(kLinks)];
  uint64_t waiting = 0;
  while (!in.empty()) {
    const size_t captured = size_t{in.U8()} * 8 + 7;
    const uint8_t flags = in.U8();
    const Bytes bytes = in.TakeUpTo(captured);
    const std::vector<uint8_t> heap(bytes.begin(), bytes.end());  // ASan sees an overrun
    frame.bytes = heap;
    frame.length = static_cast<uint32_t>(heap.size()) + (flags & 3) * 1000U;
    frame.time += (flags >> 2 & 7) * kSecond;
    frame.handle = flags >> 5 & 1;
    const uint64_t malformed = decoder.counters().malformed;
    const size_t count = decoder.Decode(frame, packets);
    RN_CHECK(count <= packets.size());
    if (count == 0 && decoder.counters().malformed == malformed) ++waiting;
    for (size_t i = 0; i < count; ++i) Check(frame, packets[i]);
    table.Add(std::span(packets).first(count));
  }
  // Each fragment that waited is given out with its first one, is an orphan, or was dropped.
  RN_CHECK(waiting <= decoder.counters().fragments_waiting);  // others waited in tunnels
  decoder.TakeOrphans();
  std::vector<net::FlowView> changes;
  table.TakeChanges(frame.time, &changes);
  return 0;
}
