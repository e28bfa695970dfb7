// SPDX-License-Identifier: Apache-2.0
// TCP, UDP, SCTP, ICMP and IGMP headers, and the names of what has no ports.  Inline: it is called
// once per packet.
//
// Lengths come from the IP header, so the padding of a short Ethernet frame is never payload.
#pragma once

#include "common/net/packet/layer.h"

namespace rustnet::net {

namespace ip_protocol {
inline constexpr uint8_t kHopByHop = 0, kIcmp = 1, kIgmp = 2, kIpv4 = 4, kTcp = 6, kUdp = 17,
                         kIpv6 = 41, kRouting = 43, kFragment = 44, kGre = 47, kEsp = 50, kAh = 51,
                         kIcmpv6 = 58, kNoNext = 59, kDestination = 60, kEtherIp = 97, kSctp = 132,
                         kMplsInIp = 137;
}  // namespace ip_protocol

// What a header cut short still says.
Transport CutTcp(const Segment& segment, Packet* packet);
Transport CutPorts(Protocol protocol, const Segment& segment);
// RFC 7323 2.2; -1 without that option.
int8_t WindowScale(Bytes options);
// Anything but TCP and UDP.
Transport DecodeOtherTransport(uint8_t protocol, const Segment& segment, Packet* packet);

// The `length` bytes behind `header` are payload, as far as they were captured.
[[gnu::always_inline]] inline void SetPayload(const Segment& segment, uint32_t header,
                                              uint32_t length, Packet* packet) {
  packet->payload_bytes = length;
  const size_t captured = segment.bytes.size() > header ? segment.bytes.size() - header : 0;
  packet->payload = segment.bytes.last(captured).first(captured < length ? captured : length);
}

// RFC 9293 3.1.
[[gnu::always_inline]] inline Transport DecodeTcp(const Segment& segment, Packet* packet) {
  ByteReader in(segment.bytes);
  const auto header = in.Header<20>();
  if (!in.ok()) [[unlikely]]
    return CutTcp(segment, packet);
  packet->tcp.seq = header.U32<4>();
  packet->tcp.ack = header.U32<8>();
  packet->tcp.flags = header.U8<13>();
  packet->tcp.window = header.U16<14>();
  const uint32_t size = (header.U8<12>() >> 4) * 4U;
  if (size >= 20 && size <= segment.wire) [[likely]] {
    SetPayload(segment, size, segment.wire - size, packet);
    if ((packet->tcp.flags & tcp_flag::kSyn) != 0) {
      packet->tcp.window_scale = WindowScale(in.TakeUpTo(size - 20));
    }
  }
  return {Protocol::kTcp, header.U16<0>(), header.U16<2>()};
}

// RFC 768; a length of 0 is a jumbogram (RFC 2675 4).  That of a first fragment is the whole
// datagram's.
[[gnu::always_inline]] inline Transport DecodeUdp(const Segment& segment, Packet* packet) {
  ByteReader in(segment.bytes);
  const auto header = in.Header<8>();
  if (!in.ok()) [[unlikely]]
    return CutPorts(Protocol::kUdp, segment);
  const uint32_t carried = segment.wire - 8;
  const uint32_t length = header.U16<4>();
  uint32_t payload = carried;
  if (length != 0) payload = length < 8 ? 0 : length - 8;
  SetPayload(segment, 8, payload < carried ? payload : carried, packet);
  return {Protocol::kUdp, header.U16<0>(), header.U16<2>()};
}

[[gnu::always_inline]] inline Transport DecodeTransport(uint8_t protocol, const Segment& segment,
                                                        Packet* packet) {
  if (protocol == ip_protocol::kTcp) [[likely]]
    return DecodeTcp(segment, packet);
  if (protocol == ip_protocol::kUdp) return DecodeUdp(segment, packet);
  return DecodeOtherTransport(protocol, segment, packet);
}

}  // namespace rustnet::net
