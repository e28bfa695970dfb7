// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/network.h"

#include <algorithm>
#include <bit>

#include "common/net/packet/fragments.h"
#include "common/net/packet/transport.h"

namespace rustnet::net {
namespace {

using Address = std::array<uint8_t, 16>;

// In the layout of IpAddress::raw(): network order in the first four bytes.
Address V4Address(uint32_t host_order) {
  if constexpr (std::endian::native == std::endian::little) {
    host_order = __builtin_bswap32(host_order);
  }
  return std::bit_cast<Address>(std::array<uint32_t, 4>{host_order, 0, 0, 0});
}

// `from`: 1 if the source stands second, as the higher endpoint.  Written without a branch: which
// end is higher is a coin toss.
[[gnu::always_inline]] inline void SetKey(const Layer& layer, uint8_t family, uint8_t ip_protocol,
                                          const Transport& transport, const Address& source,
                                          const Address& destination, bool from, Packet* packet) {
  FlowKey& key = packet->key;
  key.address[from] = source;
  key.address[!from] = destination;
  key.port[from] = transport.source_port;
  key.port[!from] = transport.destination_port;
  key.tunnel = layer.tunnel;
  key.protocol = transport.protocol;
  key.ip_protocol = ip_protocol;
  key.family = family;
  key.handle = layer.handle;
  key.reserved = 0;
  packet->from = from;
}

struct V4Ends {
  uint32_t source;
  uint32_t destination;
};

[[gnu::always_inline]] inline void SetV4Key(const Layer& layer, uint8_t ip_protocol,
                                            const Transport& transport, V4Ends ends,
                                            Packet* packet) {
  const uint64_t source = uint64_t{ends.source} << 16 | transport.source_port;
  const uint64_t destination = uint64_t{ends.destination} << 16 | transport.destination_port;
  SetKey(layer, 4, ip_protocol, transport, V4Address(ends.source), V4Address(ends.destination),
         source > destination, packet);
}

struct V6Ends {
  Address source;
  Address destination;
  bool source_is_higher;
  bool equal;
};

V6Ends ReadV6Ends(const FixedHeader<40>& header) {
  V6Ends ends{};
  header.CopyTo<8>(&ends.source);
  header.CopyTo<24>(&ends.destination);
  const bool high_equal = header.U64<8>() == header.U64<24>();
  ends.source_is_higher =
      high_equal ? header.U64<16>() > header.U64<32>() : header.U64<8>() > header.U64<24>();
  ends.equal = high_equal && header.U64<16>() == header.U64<32>();
  return ends;
}

void SetV6Key(const Layer& layer, uint8_t ip_protocol, const Transport& transport,
              const V6Ends& ends, Packet* packet) {
  const bool from =
      ends.equal ? transport.source_port > transport.destination_port : ends.source_is_higher;
  SetKey(layer, 6, ip_protocol, transport, ends.source, ends.destination, from, packet);
}

// What a later fragment can say of itself; `offset` in bytes.
Transport WithoutPorts(uint8_t protocol, uint32_t offset, const Segment& segment, Packet* packet) {
  const Transport transport = DecodeOtherTransport(protocol, Segment{}, packet);
  packet->fragment = true;
  switch (protocol) {
    case ip_protocol::kTcp:
      packet->payload_bytes = segment.wire;
      packet->payload = segment.bytes;
      packet->tcp.seq = offset;
      return {Protocol::kTcp, 0, 0};
    case ip_protocol::kUdp:
      packet->payload_bytes = segment.wire;
      return {Protocol::kUdp, 0, 0};
    case ip_protocol::kSctp:
      packet->payload_bytes = segment.wire;
      return transport;
    default:
      return transport;
  }
}

// Apart from the common way, for the sake of its size.
[[gnu::noinline]] Transport DecodeFirstFragment(uint8_t protocol, const Segment& segment,
                                                Packet* packet) {
  return DecodeTransport(protocol, segment, packet);
}

// RFC 4302 2: next header, length in 32-bit words minus 2.  In transport mode the flow is that of
// what it protects; in tunnel mode it is AH's own.
uint8_t SkipAuthentication(Segment* segment) {
  ByteReader in(segment->bytes);
  const uint8_t next = in.U8();
  const uint32_t size = (in.U8() + 2U) * 4;
  const bool tunnel = next == ip_protocol::kIpv4 || next == ip_protocol::kIpv6;
  if (!in.ok() || tunnel || size > segment->wire || size > segment->bytes.size()) {
    return ip_protocol::kAh;
  }
  segment->bytes = segment->bytes.subspan(size);
  segment->wire -= size;
  return next;
}

// The IPv6 headers between the fixed one and the transport (RFC 8200 4).
struct Extensions {
  uint8_t protocol = 0;  // what follows
  bool fragment = false;
  bool first = false;
  bool last = false;
  uint32_t offset = 0;  // of the fragment, in bytes
  uint32_t id = 0;
  uint8_t piece_protocol = 0;  // what the fragment carries, from `piece` on
  Segment piece = {};
};

// Stops before a header that is cut, too long, or one too many: then that is the protocol.
Extensions SkipExtensions(uint8_t next, Segment* segment) {
  constexpr int kMostHeaders = 16;
  Extensions found{.protocol = next};
  for (int i = 0; i < kMostHeaders; ++i) {
    ByteReader in(segment->bytes);
    uint32_t size = 8;
    switch (found.protocol) {
      case ip_protocol::kHopByHop:
      case ip_protocol::kRouting:
      case ip_protocol::kDestination:
        next = in.U8();
        size = (in.U8() + 1U) * 8;
        break;
      case ip_protocol::kFragment: {
        if (found.fragment) return found;
        next = in.U8();
        in.Skip(1);
        const uint16_t offset_and_more = in.U16();
        const uint32_t id = in.U32();
        if (!in.ok()) return found;
        // RFC 6946: without offset and "more" it is a whole datagram.
        if ((offset_and_more & 0xfff9) != 0) {
          found.fragment = true;
          found.offset = offset_and_more & 0xfff8;
          found.first = found.offset == 0;
          found.last = (offset_and_more & 1) == 0;
          found.id = id;
        }
        break;
      }
      case ip_protocol::kAh: {
        const uint8_t inner = SkipAuthentication(segment);
        if (inner == ip_protocol::kAh) return found;
        found.protocol = inner;
        continue;
      }
      default:
        return found;
    }
    if (!in.ok() || size > segment->bytes.size()) return found;
    segment->bytes = segment->bytes.subspan(size);
    segment->wire -= size;
    const bool is_fragment = found.protocol == ip_protocol::kFragment;
    found.protocol = next;
    if (is_fragment) {
      found.piece_protocol = next;
      found.piece = *segment;
    }
    if (found.fragment && !found.first) return found;
  }
  return found;
}

// Whether somebody reads it once it is whole.
bool IsReadWhole(const Packet& packet) {
  return packet.key.protocol == Protocol::kUdp || packet.key.protocol == Protocol::kSctp ||
         packet.key.protocol == Protocol::kGre || packet.key.protocol == Protocol::kAh ||
         packet.key.protocol == Protocol::kIpOther;
}

// What the transport would have set, had the datagram come in one piece.
void SetWholePayload(uint8_t protocol, Bytes datagram, Packet* packet) {
  Segment segment{datagram, static_cast<uint32_t>(datagram.size())};
  if (packet->key.family == 6) protocol = SkipExtensions(protocol, &segment).protocol;
  Packet whole;
  DecodeTransport(protocol, segment, &whole);
  packet->payload = whole.payload;
}

Outcome JoinFragment(const Layer& layer, const DatagramKey& datagram, const Piece& piece,
                     const Segment& segment, Packet* packet) {
  if (piece.offset == 0) {
    const bool whole = packet->key.protocol == Protocol::kTcp && segment.bytes.size() >= 20;
    layer.fragments->First(datagram, whole ? segment.wire - packet->payload_bytes : 0, packet);
  } else if (!layer.fragments->Later(datagram, packet)) {
    if (IsReadWhole(*packet)) {
      bool hopeless = false;
      layer.fragments->Join(datagram, piece, *packet, &hopeless);
    }
    return Outcome::kWaiting;
  }
  if (!IsReadWhole(*packet)) return Outcome::kPacket;
  bool hopeless = false;
  const Bytes all = layer.fragments->Join(datagram, piece, *packet, &hopeless);
  if (!all.empty()) {
    SetWholePayload(piece.protocol, all, packet);
  } else if (!hopeless) {
    packet->payload = {};  // it will be read as a whole
  }
  return Outcome::kPacket;
}

constexpr uint16_t kMoreFragments = 0x2000;
constexpr uint16_t kFragmentOffset = 0x1fff;

Outcome FinishV4Fragment(const Layer& layer, const FixedHeader<20>& header, const Segment& segment,
                         V4Ends ends, Packet* packet) {
  const uint8_t protocol = header.U8<9>();
  const uint32_t offset = (header.U16<6>() & kFragmentOffset) * 8U;
  const bool first = offset == 0;
  const Transport transport = first ? DecodeFirstFragment(protocol, segment, packet)
                                    : WithoutPorts(protocol, offset, segment, packet);
  SetV4Key(layer, protocol, transport, ends, packet);
  const DatagramKey datagram{.source = V4Address(ends.source),
                             .destination = V4Address(ends.destination),
                             .id = header.U16<4>(),
                             .tunnel = layer.tunnel,
                             .protocol = protocol,
                             .family = 4,
                             .handle = layer.handle};
  const Piece piece{.offset = offset,
                    .last = (header.U16<6>() & kMoreFragments) == 0,
                    .cut = segment.bytes.size() < segment.wire,
                    .protocol = protocol,
                    .bytes = segment.bytes};
  return JoinFragment(layer, datagram, piece, segment, packet);
}

}  // namespace

// RFC 791 3.1.  A total length of 0 is a segment to be cut by the NIC (TSO) or joined (GRO) that
// is too long for the field: then the frame says how long it is.
Outcome DecodeIpv4(const Layer& layer, Bytes bytes, Packet* packet) {
  ByteReader in(bytes);
  const auto header = in.Header<20>();
  if (!in.ok() || header.U8<0>() >> 4 != 4) return Outcome::kMalformed;
  const uint32_t size = (header.U8<0>() & 15U) * 4;
  const uint32_t there = 20 + static_cast<uint32_t>(in.size()) + layer.cut;
  uint32_t total = header.U16<2>();
  if (total == 0) [[unlikely]]
    total = there;
  if (size < 20 || total < size) [[unlikely]]
    return Outcome::kMalformed;
  total = std::min(total, there);
  packet->ip_bytes = total;
  if (size > 20) [[unlikely]]
    in.TakeUpTo(size - 20);
  Segment segment{in.rest(), total > size ? total - size : 0};
  if (segment.bytes.size() > segment.wire) segment.bytes = segment.bytes.first(segment.wire);

  const V4Ends ends{header.U32<12>(), header.U32<16>()};
  if ((header.U16<6>() & (kMoreFragments | kFragmentOffset)) != 0) [[unlikely]] {
    return FinishV4Fragment(layer, header, segment, ends, packet);
  }
  uint8_t protocol = header.U8<9>();
  if (protocol == ip_protocol::kAh) [[unlikely]]
    protocol = SkipAuthentication(&segment);
  const Transport transport = DecodeTransport(protocol, segment, packet);
  SetV4Key(layer, protocol, transport, ends, packet);
  return Outcome::kPacket;
}

// RFC 8200 3.  A payload length of 0 is a jumbogram (RFC 2675) or TSO/GRO, as above; unless nothing
// follows.
Outcome DecodeIpv6(const Layer& layer, Bytes bytes, Packet* packet) {
  ByteReader in(bytes);
  const auto header = in.Header<40>();
  if (!in.ok() || header.U8<0>() >> 4 != 6) return Outcome::kMalformed;
  const uint32_t there = static_cast<uint32_t>(in.size()) + layer.cut;
  uint32_t length = header.U16<4>();
  uint8_t protocol = header.U8<6>();
  if (length == 0 && protocol != ip_protocol::kNoNext) length = there;
  Segment segment{in.rest(), std::min(length, there)};
  if (segment.bytes.size() > segment.wire) segment.bytes = segment.bytes.first(segment.wire);
  packet->ip_bytes = 40 + segment.wire;

  const V6Ends ends = ReadV6Ends(header);
  Extensions extensions{.protocol = protocol};
  if (protocol != ip_protocol::kTcp && protocol != ip_protocol::kUdp) {
    extensions = SkipExtensions(protocol, &segment);
    protocol = extensions.protocol;
  }
  const bool later = extensions.fragment && !extensions.first;
  const Transport transport = later ? WithoutPorts(protocol, extensions.offset, segment, packet)
                                    : DecodeTransport(protocol, segment, packet);
  SetV6Key(layer, protocol, transport, ends, packet);
  if (!extensions.fragment) return Outcome::kPacket;
  const DatagramKey datagram{.source = ends.source,
                             .destination = ends.destination,
                             .id = extensions.id,
                             .tunnel = layer.tunnel,
                             .protocol = 0,
                             .family = 6,
                             .handle = layer.handle};
  const Piece piece{.offset = extensions.offset,
                    .last = extensions.last,
                    .cut = extensions.piece.bytes.size() < extensions.piece.wire,
                    .protocol = extensions.piece_protocol,
                    .bytes = extensions.piece.bytes};
  return JoinFragment(layer, datagram, piece, segment, packet);
}

// RFC 826.  Between IPv4 addresses where it asks for one, else between MAC addresses.
Outcome DecodeArp(const Layer& layer, Bytes bytes, Packet* packet) {
  ByteReader in(bytes);
  in.Skip(2);
  const uint16_t protocol = in.U16();
  const uint8_t hardware_size = in.U8();
  const uint8_t protocol_size = in.U8();
  packet->arp_operation = static_cast<uint8_t>(in.U16());
  if (!in.ok()) return Outcome::kMalformed;
  constexpr Transport kNoPorts{Protocol::kArp, 0, 0};
  if (protocol != 0x0800 || protocol_size != 4) {
    DecodeLinkProtocol(layer, LinkProtocol::kOther, packet);
    packet->key.protocol = Protocol::kArp;
    return Outcome::kPacket;
  }
  in.Skip(hardware_size);
  const uint32_t sender = in.U32();
  in.Skip(hardware_size);
  const uint32_t target = in.U32();
  if (!in.ok()) return Outcome::kMalformed;
  SetV4Key(layer, 0, kNoPorts, {sender, target}, packet);
  return Outcome::kPacket;
}

Outcome DecodeLinkProtocol(const Layer& layer, LinkProtocol protocol, Packet* packet) {
  Address source{};
  Address destination{};
  std::copy(packet->source_mac.begin(), packet->source_mac.end(), source.begin());
  std::copy(packet->destination_mac.begin(), packet->destination_mac.end(), destination.begin());
  SetKey(layer, 0, static_cast<uint8_t>(protocol), {Protocol::kLink, 0, 0}, source, destination,
         source > destination, packet);
  return Outcome::kPacket;
}

}  // namespace rustnet::net
