// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/tunnel.h"

#include <algorithm>

#include "common/net/packet/tags.h"

namespace rustnet::net {
namespace {

// EtherType by the first half-byte: what IP in IP, GTP and L2TP's relatives leave to it.
uint16_t ByIpVersion(const ByteReader& in) {
  switch (in.Peek() >> 4) {
    case 4:
      return kEtherIpv4;
    case 6:
      return kEtherIpv6;
    default:
      return 0;
  }
}

TunnelHeader If(bool right, TunnelHeader header) { return right ? header : TunnelHeader{}; }

namespace gre {

constexpr uint16_t kChecksum = 0x8000, kRouting = 0x4000, kKey = 0x2000, kSequence = 0x1000,
                   kAcknowledgment = 0x0080;  // RFC 1701, 2784, 2890, 2637
constexpr uint16_t kErspan = 0x88be, kErspan3 = 0x22eb, kWccp = 0x883e;
constexpr uint16_t kAruba = 0x8200, kArubaEnd = 0x8300;

// draft-foschiano-erspan: type I has no header of its own and no sequence number, type II one of 8
// bytes, type III of 12 and perhaps 8 more.
TunnelHeader Erspan(bool third, bool sequence, ByteReader* in) {
  TunnelHeader header{.carrier = Carrier::kGre, .ether_type = kEtherBridged};
  if (!third && !sequence) return header;
  header.id = in->U32() & 0x3ff;
  header.one_network = true;
  in->Skip(third ? 7 : 4);
  if (third && (in->U8() & 1) != 0) in->Skip(8);
  return header;
}

// RFC 1701: entries until one of no family and no length.
void SkipRouting(ByteReader* in) {
  while (in->ok()) {
    const uint16_t family = in->U16();
    in->Skip(1);
    const uint8_t size = in->U8();
    if (family == 0 && size == 0) return;
    in->Skip(size);
  }
}

TunnelHeader Read(ByteReader* in) {
  const uint16_t flags = in->U16();
  const uint16_t type = in->U16();
  TunnelHeader header{.carrier = Carrier::kGre, .ether_type = type};
  const bool sequence = (flags & kSequence) != 0;
  if ((flags & 7) == 1) {  // RFC 2637 section 4.1
    in->Skip(2);
    header.id = in->U16();
    if (sequence) in->Skip(4);
    if ((flags & kAcknowledgment) != 0) in->Skip(4);
    if (!sequence) header.ether_type = 0;
    return header;
  }
  if ((flags & 7) != 0) return {};
  if ((flags & (kChecksum | kRouting)) != 0) in->Skip(4);
  if ((flags & kKey) != 0) header.id = in->U32();
  if (sequence) in->Skip(4);
  if ((flags & kRouting) != 0) SkipRouting(in);
  if (type == kErspan || type == kErspan3) return Erspan(type == kErspan3, sequence, in);
  if (type == kWccp) {  // version 2 has four bytes before the packet
    if (in->Peek() >> 4 != 4) in->Skip(4);
    header.ether_type = kEtherIpv4;
  }
  if (type >= kAruba && type < kArubaEnd) header.ether_type = kEtherWireless;
  return header;
}

}  // namespace gre

TunnelHeader ReadAuthentication(ByteReader* in) {
  const uint8_t next = in->U8();
  const size_t size = (in->U8() + size_t{2}) * 4;
  in->Skip(size - 2);
  const bool tunnel = next == ip_protocol::kIpv4 || next == ip_protocol::kIpv6;
  return If(tunnel, {.carrier = Carrier::kAh, .ether_type = ByIpVersion(*in)});
}

TunnelHeader ByProtocol(const FlowKey& key, ByteReader* in) {
  if (key.protocol == Protocol::kGre) return gre::Read(in);
  if (key.protocol == Protocol::kAh) return ReadAuthentication(in);
  if (key.protocol != Protocol::kIpOther) return {};
  switch (key.ip_protocol) {
    case ip_protocol::kIpv4:
      return If(in->Peek() >> 4 == 4, {.carrier = Carrier::kIpIp, .ether_type = kEtherIpv4});
    case ip_protocol::kIpv6:
      return If(in->Peek() >> 4 == 6, {.carrier = Carrier::kSixInIp, .ether_type = kEtherIpv6});
    case ip_protocol::kEtherIp: {  // RFC 3378
      const uint16_t version = in->U16();
      return If(version >> 12 == 3, {.carrier = Carrier::kEtherIp, .ether_type = kEtherBridged});
    }
    case ip_protocol::kMplsInIp:  // RFC 4023
      return {.carrier = Carrier::kMplsInIp, .ether_type = kEtherMpls};
    default:
      return {};
  }
}

TunnelHeader ByPort(uint16_t port, ByteReader* in) {
  switch (port) {
    case kVxlanPort:
    case kVxlanLinuxPort:
      return ReadVxlan(in);
    case kVxlanGpePort:
      return ReadVxlanGpe(in);
    case kGenevePort:
      return ReadGeneve(in);
    case kGtpUserPort:
      return ReadGtpUser(in);
    case kTeredoPort:
      return ReadTeredo(in);
    case kL2tpPort:
      return ReadL2tp(in);
    case kAyiyaPort:
      return ReadAyiya(in);
    case kLispPort:
      return ReadLisp(in);
    case kGrePort:
      return ReadGreInUdp(in);
    case kMplsPort:
      return ReadMplsInUdp(in);
    case kCapwapPort:
      return ReadCapwap(in);
    default:
      return {};
  }
}

TunnelHeader ReadHeader(const FlowKey& key, ByteReader* in) {
  if (key.protocol != Protocol::kUdp) return ByProtocol(key, in);
  for (const uint16_t port : key.port) {
    ByteReader attempt = *in;
    const TunnelHeader header = ByPort(port, &attempt);
    if (!attempt.ok() || header.carrier == Carrier::kNone) continue;
    *in = attempt;
    return header;
  }
  return {};
}

// Between the same two ends and within one network of them, both directions; whatever the
// interface.
uint32_t TunnelOf(const FlowKey& outer, const TunnelHeader& header) {
  FlowKey ends = outer;
  ends.port = {};
  ends.handle = 0;
  const uint64_t network = header.one_network ? header.id : 0;
  const auto kind = static_cast<uint64_t>(header.carrier);
  return static_cast<uint32_t>(MixHash(HashKey(ends), kind << 32 | network)) | 1U;
}

void BeginInner(const Packet& outer, const TunnelHeader& header, Packet* inner) {
  *inner = Packet();
  inner->time = outer.time;
  inner->frame_bytes = outer.frame_bytes;
  inner->outgoing = outer.outgoing;
  inner->depth = outer.depth + 1;
  inner->carriers = outer.carriers;
  inner->carriers[outer.depth] = header.carrier;
  inner->carrier_id = header.id;
}

}  // namespace

TunnelHeader ReadVxlan(ByteReader* in) {
  const auto header = in->Header<8>();
  const bool has_id = (header.U8<0>() & 0x08) != 0;
  return If(has_id, {.carrier = Carrier::kVxlan,
                     .ether_type = kEtherBridged,
                     .id = header.U32<4>() >> 8,
                     .one_network = true});
}

TunnelHeader ReadVxlanGpe(ByteReader* in) {
  const auto header = in->Header<8>();
  return If((header.U8<0>() & 0x0c) == 0x0c, {.carrier = Carrier::kVxlan,
                                              .ether_type = EtherTypeOfNext(header.U8<3>()),
                                              .id = header.U32<4>() >> 8,
                                              .one_network = true});
}

TunnelHeader ReadGeneve(ByteReader* in) {
  const auto header = in->Header<8>();
  in->Skip((header.U8<0>() & 0x3fU) * 4);
  return If(header.U8<0>() >> 6 == 0, {.carrier = Carrier::kGeneve,
                                       .ether_type = header.U16<2>(),
                                       .id = header.U32<4>() >> 8,
                                       .one_network = true});
}

TunnelHeader ReadGtpUser(ByteReader* in) {
  constexpr uint8_t kTpdu = 255;
  const auto header = in->Header<8>();
  const uint8_t flags = header.U8<0>();
  if (flags >> 4 != 3) return {};  // version 1, GTP
  if (in->ok() && header.U16<2>() > in->size()) return {};
  TunnelHeader found{.carrier = Carrier::kGtp, .id = header.U32<4>()};
  if ((flags & 7) != 0) {
    in->Skip(3);
    while (in->U8() != 0 && in->ok()) {  // extension headers: length in words, itself included
      const size_t size = in->U8() * size_t{4};
      if (size == 0) return {};
      in->Skip(size - 2);
    }
  }
  if (header.U8<1>() == kTpdu) found.ether_type = ByIpVersion(*in);
  return found;
}

TunnelHeader ReadTeredo(ByteReader* in) {
  if (ByteReader ahead = *in; ahead.U16() == 1 && ahead.ok()) {  // authentication
    const uint8_t id_size = ahead.U8();
    const uint8_t value_size = ahead.U8();
    ahead.Skip(size_t{id_size} + value_size + 9);
    *in = ahead;
  }
  if (ByteReader ahead = *in; ahead.U16() == 0 && ahead.ok()) {  // origin
    ahead.Skip(6);
    *in = ahead;
  }
  ByteReader ip = *in;
  const auto header = ip.Header<40>();
  if (!ip.ok()) {
    *in = ip;
    return {};
  }
  const bool fits = header.U16<4>() <= ip.size();
  return If(header.U8<0>() >> 4 == 6 && fits,
            {.carrier = Carrier::kTeredo, .ether_type = kEtherIpv6});
}

TunnelHeader ReadL2tp(ByteReader* in) {
  constexpr uint16_t kControl = 0x8000, kLength = 0x4000, kSequence = 0x0800, kOffset = 0x0200;
  const uint16_t flags = in->U16();
  if ((flags & 0x34ff) != 2) return {};  // reserved bits, version
  const bool control = (flags & kControl) != 0;
  if (control && (flags & (kLength | kSequence)) != (kLength | kSequence)) return {};
  if ((flags & kLength) != 0) in->Skip(2);
  in->Skip(2);
  const uint16_t session = in->U16();
  if ((flags & kSequence) != 0) in->Skip(4);
  if ((flags & kOffset) != 0) in->Skip(in->U16());
  return {
      .carrier = Carrier::kL2tp, .ether_type = control ? uint16_t{0} : kEtherPpp, .id = session};
}

TunnelHeader ReadAyiya(ByteReader* in) {
  constexpr uint8_t kForward = 1;
  const auto header = in->Header<8>();
  const uint8_t opcode = header.U8<2>() & 15;
  const size_t identity = size_t{1} << (header.U8<0>() >> 4);
  const size_t signature = (header.U8<1>() >> 4) * size_t{4};
  if (identity > 16 || opcode > 6) return {};
  in->Skip(identity + signature);
  TunnelHeader found{.carrier = Carrier::kAyiya};
  if (opcode != kForward) return found;
  if (header.U8<3>() == ip_protocol::kIpv6) found.ether_type = kEtherIpv6;
  if (header.U8<3>() == ip_protocol::kIpv4) found.ether_type = kEtherIpv4;
  return found;
}

// A nonce and versions exclude each other.  Without P what follows is IP; with a key's number it is
// encrypted (RFC 8061).
TunnelHeader ReadLisp(ByteReader* in) {
  constexpr uint8_t kNonce = 0x80, kVersions = 0x10, kInstance = 0x08, kNext = 0x04, kKey = 0x03;
  const auto header = in->Header<8>();
  const uint8_t flags = header.U8<0>();
  if ((flags & kNonce) != 0 && (flags & kVersions) != 0) return {};
  TunnelHeader found{.carrier = Carrier::kLisp, .one_network = true};
  if ((flags & kInstance) != 0) found.id = header.U32<4>() >> 8;
  if ((flags & kKey) != 0) return found;
  found.ether_type = (flags & kNext) != 0 ? EtherTypeOfNext(header.U8<3>()) : ByIpVersion(*in);
  return found;
}

// Version 0 without what only RFC 1701 has.
TunnelHeader ReadGreInUdp(ByteReader* in) {
  ByteReader ahead = *in;
  return (ahead.U16() & 0x4c07) == 0 ? gre::Read(in) : TunnelHeader{};
}

// Labels say nothing of themselves, and a client may have this port by chance: it is believed only
// if something that we know stands behind them.
TunnelHeader ReadMplsInUdp(ByteReader* in) {
  ByteReader ahead = *in;
  Packet packet;
  const LinkContent content = FollowEtherType(kEtherMpls, &ahead, &packet);
  return If(content.network != Network::kLink,
            {.carrier = Carrier::kMplsInIp, .ether_type = kEtherMpls});
}

// A preamble (0: not DTLS), the header's length in words, radio, kind of frames; flags: T, such a
// frame and not one of 802.3; F, a fragment; K, a keep-alive.
TunnelHeader ReadCapwap(ByteReader* in) {
  constexpr uint32_t kNative = 0x100, kFragment = 0x80, kKeepAlive = 0x08;
  constexpr uint32_t kIeee80211 = 1;
  const auto header = in->Header<8>();
  const uint32_t bits = header.U32<0>();
  const size_t size = (bits >> 19 & 0x1f) * size_t{4};
  const uint32_t kind = bits >> 9 & 0x1f;
  if (bits >> 24 != 0 || size < 8 || kind > kIeee80211) return {};
  in->Skip(size - 8);
  TunnelHeader found{.carrier = Carrier::kCapwap, .id = bits >> 14 & 0x1f};
  if ((bits & (kFragment | kKeepAlive)) != 0) return found;
  if ((bits & kNative) == 0) found.ether_type = kEtherBridged;
  if ((bits & kNative) != 0 && kind == kIeee80211) found.ether_type = kEtherWireless;
  return found;
}

std::optional<LinkContent> EnterTunnel(const Packet& outer, ByteReader* in, Layer* layer,
                                       Packet* inner) {
  const TunnelHeader header = ReadHeader(outer.key, in);
  if (!in->ok() || header.carrier == Carrier::kNone || header.ether_type == 0) return std::nullopt;
  BeginInner(outer, header, inner);
  layer->tunnel = TunnelOf(outer.key, header);
  const auto captured = static_cast<uint32_t>(outer.payload.size());
  layer->cut = outer.payload_bytes > captured ? outer.payload_bytes - captured : 0;
  switch (header.ether_type) {
    case kEtherBridged:
      return EnterLink(LinkType::kEthernet, in, inner);
    case kEtherPpp:
      return EnterLink(LinkType::kPpp, in, inner);
    case kEtherWireless:
      return EnterLink(LinkType::kIeee80211, in, inner);
    default:
      return FollowEtherType(header.ether_type, in, inner);
  }
}

LinkContent EnterSample(const Packet& outer, const SampledFrame& sample, ByteReader* in,
                        Layer* layer, Packet* inner) {
  const TunnelHeader header{.carrier = Carrier::kSflow};
  BeginInner(outer, header, inner);
  inner->frame_bytes = sample.length;
  inner->outgoing = false;
  layer->tunnel = TunnelOf(outer.key, header);
  layer->cut = sample.length - static_cast<uint32_t>(sample.bytes.size());
  return EnterLink(sample.link, in, inner);
}

}  // namespace rustnet::net
