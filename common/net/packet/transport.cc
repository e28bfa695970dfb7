// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/transport.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kIcmpEchoReply = 0, kIcmpEcho = 8;                 // RFC 792
constexpr uint8_t kIcmpv6EchoRequest = 128, kIcmpv6EchoReply = 129;  // RFC 4443 4

Transport DecodeIcmp(Protocol protocol, const Segment& segment, Packet* packet) {
  ByteReader in(segment.bytes);
  packet->icmp.type = in.U8();
  packet->icmp.code = in.U8();
  in.Skip(2);
  const uint8_t type = packet->icmp.type;
  const bool echo = protocol == Protocol::kIcmp
                        ? type == kIcmpEcho || type == kIcmpEchoReply
                        : type == kIcmpv6EchoRequest || type == kIcmpv6EchoReply;
  if (!echo) return {protocol, 0, 0};
  const uint16_t id = in.U16();
  packet->icmp.sequence = in.U16();
  return {protocol, id, id};
}

// RFC 9260 3.1: ports, verification tag, checksum; then chunks, which are the payload.
Transport DecodeSctp(const Segment& segment, Packet* packet) {
  ByteReader in(segment.bytes);
  const auto header = in.Header<12>();
  if (!in.ok()) return CutPorts(Protocol::kSctp, segment);
  SetPayload(segment, 12, segment.wire - 12, packet);
  return {Protocol::kSctp, header.U16<0>(), header.U16<2>()};
}

}  // namespace

Transport CutTcp(const Segment& segment, Packet* packet) {
  ByteReader in(segment.bytes);
  Transport transport{Protocol::kTcp, in.U16(), in.U16()};
  if (!in.ok()) return {Protocol::kTcp, 0, 0};
  const uint32_t seq = in.U32();
  if (in.ok()) packet->tcp.seq = seq;
  const uint32_t ack = in.U32();
  if (in.ok()) packet->tcp.ack = ack;
  const uint8_t offset = in.U8();
  const uint8_t flags = in.U8();
  if (!in.ok()) return transport;
  packet->tcp.flags = flags;
  packet->tcp.window = in.U16();
  const uint32_t size = (offset >> 4) * 4U;
  if (size >= 20 && size <= segment.wire) packet->payload_bytes = segment.wire - size;
  return transport;
}

Transport CutPorts(Protocol protocol, const Segment& segment) {
  ByteReader in(segment.bytes);
  const uint16_t source = in.U16();
  const uint16_t destination = in.U16();
  return in.ok() ? Transport{protocol, source, destination} : Transport{protocol, 0, 0};
}

int8_t WindowScale(Bytes options) {
  ByteReader in(options);
  while (!in.empty()) {
    const uint8_t kind = in.U8();
    if (kind == 0) break;     // end of options
    if (kind == 1) continue;  // no operation
    const uint8_t length = in.U8();
    if (length < 2) break;
    ByteReader value = in.Sub(length - size_t{2});
    if (kind != 3) continue;
    const uint8_t shift = value.U8();
    // RFC 7323 2.3: more than 14 is taken for 14.
    return value.ok() ? static_cast<int8_t>(shift < 14 ? shift : 14) : int8_t{-1};
  }
  return -1;
}

Transport DecodeOtherTransport(uint8_t protocol, const Segment& segment, Packet* packet) {
  switch (protocol) {
    case ip_protocol::kIcmp:
      return DecodeIcmp(Protocol::kIcmp, segment, packet);
    case ip_protocol::kIcmpv6:
      return DecodeIcmp(Protocol::kIcmpv6, segment, packet);
    case ip_protocol::kIgmp:
      packet->igmp_type = ByteReader(segment.bytes).Peek();
      return {Protocol::kIgmp, 0, 0};
    case ip_protocol::kSctp:
      return DecodeSctp(segment, packet);
    case ip_protocol::kGre:
      SetPayload(segment, 0, segment.wire, packet);
      return {Protocol::kGre, 0, 0};
    case ip_protocol::kEsp:
      return {Protocol::kEsp, 0, 0};
    case ip_protocol::kAh:
      SetPayload(segment, 0, segment.wire, packet);
      return {Protocol::kAh, 0, 0};
    case ip_protocol::kIpv4:
    case ip_protocol::kIpv6:
    case ip_protocol::kEtherIp:
    case ip_protocol::kMplsInIp:
      SetPayload(segment, 0, segment.wire, packet);
      [[fallthrough]];
    default:
      return {Protocol::kIpOther, 0, 0};
  }
}

}  // namespace rustnet::net
