// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/link.h"

#include "common/net/packet/tags.h"
#include "common/net/packet/wireless.h"

namespace rustnet::net {
namespace {

constexpr uint16_t kEtherArp = 0x0806;
constexpr uint16_t kSmallestEtherType = 0x0600;  // below: a length (IEEE 802.3 3.2.6)
constexpr uint32_t kOuiCisco = 0x00000c;
constexpr uint32_t kOuiExtreme = 0x00e02b;
constexpr uint32_t kOuiBridged = 0x0000f8;  // IEEE 802.1H

constexpr LinkContent Only(LinkProtocol protocol) { return {Network::kLink, protocol}; }
constexpr LinkContent kIpv4Content{Network::kIpv4, {}};
constexpr LinkContent kIpv6Content{Network::kIpv6, {}};

struct EtherName {
  uint16_t ether_type;
  LinkProtocol protocol;
};
constexpr EtherName kEtherNames[] = {
    {0x2000, LinkProtocol::kCdp},
    {0x8035, LinkProtocol::kRarp},
    {0x8137, LinkProtocol::kIpx},
    {0x8809, LinkProtocol::kLacp},
    {0x8863, LinkProtocol::kPppoeDiscovery},
    {0x887b, LinkProtocol::kHomeplug},
    {0x888e, LinkProtocol::kEapol},
    {0x8892, LinkProtocol::kProfinet},
    {0x88b8, LinkProtocol::kGoose},
    {0x88cc, LinkProtocol::kLldp},
    {0x88e1, LinkProtocol::kHomeplug},
    {0x8902, LinkProtocol::kCfm},
};
LinkContent Named(uint16_t ether_type) {
  for (const EtherName& name : kEtherNames) {
    if (name.ether_type == ether_type) return Only(name.protocol);
  }
  return Only(LinkProtocol::kOther);
}

// One frame's way down.  The budget bounds how often layers may nest, whatever the bytes say.
class Descent {
 public:
  Descent(ByteReader* in, Packet* packet) : in_(*in), packet_(*packet) {}

  LinkContent EtherType(uint16_t ether_type);
  LinkContent Ppp();
  LinkContent HdlcFramed();
  LinkContent ByVersion();
  LinkContent Loopback(uint32_t family);
  LinkContent Cooked();
  LinkContent Cooked2();
  LinkContent Fddi();
  LinkContent FrameRelay();
  LinkContent Nflog();
  LinkContent PppoeSession();
  LinkContent Wireless(bool radiotap);

 private:
  LinkContent Llc();
  LinkContent Snap();
  LinkContent Mpls();
  LinkContent PseudoWire();
  LinkContent CookedProtocol(uint16_t protocol);
  bool Spend() { return in_.ok() && budget_-- > 0; }
  void AddVlan(uint16_t id) {
    if (packet_.vlan_count < packet_.vlans.size()) packet_.vlans[packet_.vlan_count++] = id;
  }

  ByteReader& in_;
  Packet& packet_;
  int budget_ = 16;
};

LinkContent Descent::EtherType(uint16_t ether_type) {
  while (Spend()) {
    switch (ether_type) {
      case kEtherIpv4:
        return kIpv4Content;
      case kEtherIpv6:
        return kIpv6Content;
      case kEtherArp:
        return {Network::kArp, {}};
      case 0x8100:  // IEEE 802.1Q
      case 0x88a8:  // 802.1ad
      case 0x9100:  // before there was a number for it
      case 0x9200:
      case 0x9300:
        AddVlan(in_.U16() & 0x0fff);
        ether_type = in_.U16();
        continue;
      case kEtherBridged:
        ether_type = EnterEthernet(&in_, &packet_);
        continue;
      case kEtherMpls:
      case 0x8848:
        return Mpls();
      case 0x8864:
        return PppoeSession();
      case 0x880b:
        return Ppp();
      default:
        break;
    }
    if (ether_type < kSmallestEtherType) return Llc();
    const uint16_t behind = SkipTag(ether_type, &in_);
    if (behind == 0) return in_.ok() ? Named(ether_type) : LinkContent{};
    ether_type = behind;
  }
  return {};
}

// IEEE 802.2; the SAPs are in the registry of the IEEE.
LinkContent Descent::Llc() {
  if (!Spend()) return {};
  const uint8_t destination = in_.U8();
  const uint8_t source = in_.U8();
  if (!in_.ok()) return Only(LinkProtocol::kOther);
  if (destination == 0xff && source == 0xff) return Only(LinkProtocol::kIpx);  // "raw 802.3"
  const uint8_t control = in_.U8();
  if ((control & 3) != 3) in_.Skip(1);  // I and S frames have two bytes
  switch (destination) {
    case 0xaa:
      return Snap();
    case 0x42:
      return Only(LinkProtocol::kStp);
    case 0xe0:
      return Only(LinkProtocol::kIpx);
    case 0x06:
      return ByVersion();
    default:
      return Only(LinkProtocol::kOther);
  }
}

LinkContent Descent::Snap() {
  const uint32_t oui = in_.U24();
  const uint16_t id = in_.U16();
  if (!in_.ok()) return Only(LinkProtocol::kOther);
  if (oui == 0 || oui == kOuiBridged) {
    return id < kSmallestEtherType ? Only(LinkProtocol::kOther) : EtherType(id);
  }
  if (oui == kOuiExtreme && id == 0x00bb) return Only(LinkProtocol::kEdp);
  if (oui != kOuiCisco) return Only(LinkProtocol::kOther);
  switch (id) {
    case 0x2000:
      return Only(LinkProtocol::kCdp);
    case 0x2003:
      return Only(LinkProtocol::kVtp);
    case 0x2004:
      return Only(LinkProtocol::kDtp);
    case 0x010b:  // PVST+
      return Only(LinkProtocol::kStp);
    default:
      return Only(LinkProtocol::kOther);
  }
}

// RFC 3032: labels of 20 bits, 3 bits of class, bottom of stack, TTL.  What follows has no type: an
// IP version, or a pseudo-wire.
LinkContent Descent::Mpls() {
  while (Spend()) {
    const uint32_t label = in_.U32();
    if (!in_.ok()) return {};
    if ((label & 0x100) == 0) continue;
    switch (in_.Peek() >> 4) {
      case 4:
        return kIpv4Content;
      case 6:
        return kIpv6Content;
      case 0:
        return PseudoWire();
      default:
        return Only(LinkProtocol::kOther);
    }
  }
  return {};
}

// RFC 4448: a control word, then an Ethernet frame.  Nothing says so: it is believed only if a type
// that we know stands where an EtherType would.
LinkContent Descent::PseudoWire() {
  ByteReader ahead = in_;
  ahead.Skip(4 + 12);
  const uint16_t ether_type = ahead.U16();
  const bool known = ether_type == kEtherIpv4 || ether_type == kEtherIpv6 ||
                     ether_type == kEtherArp || ether_type == 0x8100;
  if (!ahead.ok() || !known) return Only(LinkProtocol::kOther);
  in_ = ahead;
  return EtherType(ether_type);
}

// RFC 2516: version and type, code, session, length; then PPP.
LinkContent Descent::PppoeSession() {
  in_.Skip(6);
  return Ppp();
}

// RFC 1661 2: a protocol number of two bytes, or of one if that is odd (protocol field
// compression).
LinkContent Descent::Ppp() {
  if (!Spend() || in_.empty()) return {};
  const uint16_t protocol = (in_.Peek() & 1) != 0 ? in_.U8() : in_.U16();
  if (!in_.ok()) return {};
  switch (protocol) {
    case 0x0021:
      return kIpv4Content;
    case 0x0057:
      return kIpv6Content;
    case 0x002b:
      return Only(LinkProtocol::kIpx);
    case 0x0281:
    case 0x0283:
      return Mpls();
    default:
      return Only(LinkProtocol::kPpp);
  }
}

// RFC 1662 (ff 03), Cisco HDLC (0f or 8f, 00, an EtherType), or PPP without address and control.
LinkContent Descent::HdlcFramed() {
  ByteReader ahead = in_;
  const uint16_t address = ahead.U16();
  if (!ahead.ok()) return {};
  if (address == 0x0f00 || address == 0x8f00) {
    const uint16_t ether_type = ahead.U16();
    in_ = ahead;
    if (ether_type < kSmallestEtherType) return Only(LinkProtocol::kOther);
    return EtherType(ether_type);
  }
  if (address == 0xff03) in_ = ahead;
  return Ppp();
}

LinkContent Descent::ByVersion() {
  switch (in_.Peek() >> 4) {
    case 4:
      return kIpv4Content;
    case 6:
      return kIpv6Content;
    default:
      return {};
  }
}

// AF_INET is 2 everywhere, AF_INET6 is each system's own.
LinkContent Descent::Loopback(uint32_t family) {
  switch (family) {
    case 2:
      return kIpv4Content;
    case 10:  // Linux
    case 23:  // Windows
    case 24:  // NetBSD, OpenBSD
    case 28:  // FreeBSD
    case 30:  // macOS
      return kIpv6Content;
    default:
      return {};
  }
}

// LINKTYPE_LINUX_SLL: packet type, ARPHRD_ type, address length, address, protocol.
LinkContent Descent::Cooked() {
  const auto header = in_.Header<16>();
  if (!in_.ok()) return {};
  if (header.U16<0>() == 4) packet_.outgoing = true;
  if (header.U16<4>() == 6) header.CopyTo<6>(&packet_.source_mac);
  return CookedProtocol(header.U16<14>());
}

// LINKTYPE_LINUX_SLL2: protocol, reserved, interface, ARPHRD_ type, packet type, address length,
// address.
LinkContent Descent::Cooked2() {
  const auto header = in_.Header<20>();
  if (!in_.ok()) return {};
  if (header.U8<10>() == 4) packet_.outgoing = true;
  if (header.U8<11>() == 6) header.CopyTo<12>(&packet_.source_mac);
  return CookedProtocol(header.U16<0>());
}

// Below the smallest EtherType stand Linux' own numbers (linux/if_ether.h).
LinkContent Descent::CookedProtocol(uint16_t protocol) {
  if (protocol == 0x0001) return Only(LinkProtocol::kIpx);
  if (protocol == 0x0004) return Llc();
  if (protocol < kSmallestEtherType) return Only(LinkProtocol::kOther);
  return EtherType(protocol);
}

// Frame control, two addresses, LLC (ANSI X3.139); addresses as LINKTYPE_FDDI has them.
LinkContent Descent::Fddi() {
  const auto header = in_.Header<13>();
  if (!in_.ok()) return {};
  header.CopyTo<1>(&packet_.destination_mac);
  header.CopyTo<7>(&packet_.source_mac);
  return Llc();
}

LinkContent Descent::Wireless(bool radiotap) {
  if (radiotap && !SkipRadiotap(&in_)) return {};
  switch (SkipIeee80211(&in_, &packet_)) {
    case WirelessFrame::kData:
      return Llc();
    case WirelessFrame::kOther:
      return Only(LinkProtocol::kOther);
    case WirelessFrame::kMalformed:
      break;
  }
  return {};
}

// RFC 2427: a Q.922 address whose last byte is odd, control 03, perhaps a pad, NLPID.
LinkContent Descent::FrameRelay() {
  for (int i = 0; i < 4 && (in_.U8() & 1) == 0; ++i) {
  }
  if (in_.Peek() != 3) return EtherType(in_.U16());  // Cisco's way
  in_.Skip(1);
  if (in_.Peek() == 0) in_.Skip(1);
  const uint8_t nlpid = in_.U8();
  if (!in_.ok()) return {};
  switch (nlpid) {
    case 0x80:
      return Snap();
    case 0xcc:
      return kIpv4Content;
    case 0x8e:
      return kIpv6Content;
    default:
      return Only(LinkProtocol::kOther);
  }
}

// LINKTYPE_NFLOG: family, version, resource, then attributes {length, type, value} in the order of
// the host (taken as little-endian), padded to 4; 9 is the packet (NFULA_PAYLOAD).
LinkContent Descent::Nflog() {
  const uint8_t family = in_.U8();
  in_.Skip(3);
  while (Spend()) {
    const uint16_t length = in_.Le16();
    const uint16_t type = in_.Le16();
    if (!in_.ok() || length < 4) return {};
    if (type == 9) return Loopback(family);
    in_.Skip((static_cast<size_t>(length - 4) + 3) & ~size_t{3});
  }
  return {};
}

// LINKTYPE_PKTAP (macOS): length of the header, type (1: a packet follows), the DLT of that packet.
LinkContent EnterPktap(ByteReader* in, Packet* packet) {
  const uint32_t length = in->Le32();
  const uint32_t type = in->Le32();
  const auto link = static_cast<LinkType>(in->Le32());
  constexpr uint32_t kShortest = 12;
  if (!in->ok() || type != 1 || length < kShortest) return {};
  if (link == LinkType::kPktap || link == LinkType::kPktap1) return {};
  in->Skip(length - kShortest);
  return in->ok() ? EnterLink(link, in, packet) : LinkContent{};
}

}  // namespace

LinkContent FollowEtherType(uint16_t ether_type, ByteReader* in, Packet* packet) {
  return Descent(in, packet).EtherType(ether_type);
}

LinkContent EnterLink(LinkType link, ByteReader* in, Packet* packet) {
  Descent descent(in, packet);
  switch (link) {
    case LinkType::kEthernet: {
      const uint16_t ether_type = EnterEthernet(in, packet);
      return in->ok() ? descent.EtherType(ether_type) : LinkContent{};
    }
    case LinkType::kNull: {  // in the order of the host that captured: either
      if (const uint8_t first = in->Peek(); first == 0x0f || first == 0xff) {
        return descent.HdlcFramed();
      }
      const uint32_t family = in->Le32();
      return descent.Loopback(family > 0xffff ? __builtin_bswap32(family) : family);
    }
    case LinkType::kLoop:
      return descent.Loopback(in->U32());
    case LinkType::kRawOpenBsd:
    case LinkType::kRaw:
      return descent.ByVersion();
    case LinkType::kIpv4:
      return kIpv4Content;
    case LinkType::kIpv6:
      return kIpv6Content;
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
    case LinkType::kChdlc:
      return descent.HdlcFramed();
    case LinkType::kPppEther:
      return descent.PppoeSession();
    case LinkType::kLinuxSll:
      return descent.Cooked();
    case LinkType::kLinuxSll2:
      return descent.Cooked2();
    case LinkType::kFddi:
      return descent.Fddi();
    case LinkType::kFrameRelay:
      return descent.FrameRelay();
    case LinkType::kNflog:
      return descent.Nflog();
    case LinkType::kRadiotap:
      return descent.Wireless(true);
    case LinkType::kIeee80211:
      return descent.Wireless(false);
    case LinkType::kIeee802154:
      return SkipIeee802154(in, packet) ? Only(LinkProtocol::kWpan) : LinkContent{};
    case LinkType::kPktap1:
    case LinkType::kPktap:
      return EnterPktap(in, packet);
    default:
      return {};
  }
}

}  // namespace rustnet::net
