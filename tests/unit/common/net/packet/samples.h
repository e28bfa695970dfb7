// SPDX-License-Identifier: Apache-2.0
// A frame of each kind that the decoder knows, and the one line that it should say of it.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "common/net/packet/decoder.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::net {

using frame::Arp;
using frame::Buffer;
using frame::Echo;
using frame::Ethernet;
using frame::Extension;
using frame::Hex;
using frame::Ip;
using frame::Ipv4;
using frame::Ipv6;
using frame::Join;
using frame::Padded;
using frame::Tcp;
using frame::Text;
using frame::Udp;
using frame::Vlan;

struct Decoded {
  size_t count = 0;
  Packet packet;
};

class FrameDecoder {
 public:
  Decoded operator()(const Buffer& bytes, LinkType link = LinkType::kEthernet, uint32_t length = 0,
                     Time time = 0) {
    Frame frame{.time = time, .bytes = bytes, .link = link};
    frame.length = length != 0 ? length : static_cast<uint32_t>(bytes.size());
    const size_t count = decoder_.Decode(frame, packets_);
    return {count, packets_[0]};
  }
  Decoder& decoder() { return decoder_; }

 private:
  Decoder decoder_;
  std::array<Packet, kMaxLayers> packets_;
};

// "tcp 10.0.0.1:40000 > 10.0.0.2:80", or the MAC addresses where there is no IP.
inline std::string Describe(const Decoded& decoded) {
  if (decoded.count == 0) return "-";
  const Packet& p = decoded.packet;
  const auto end = [&](size_t i) {
    if (p.key.family == 0) {
      MacAddress mac;
      std::copy_n(p.key.address[i].begin(), 6, mac.begin());
      return ToString(mac);
    }
    const std::string port = p.key.port[i] == 0 ? "" : ":" + std::to_string(p.key.port[i]);
    return p.key.ip(i).ToString() + port;
  };
  return ProtocolName(p.key.protocol, p.key.ip_protocol) + " " + end(p.from) + " > " +
         end(1 - p.from);
}

inline const Buffer kTcpSegment = Tcp({.flags = frame::kAck | frame::kPsh}, Text("hello"));
inline const Buffer kTcpPacket = Ipv4({}, kTcpSegment);
inline const Buffer kUdpPacket = Ipv4({.protocol = 17}, Udp(5353, 53, Text("query")));
inline const Buffer kTcp6Packet = Ipv6({}, kTcpSegment);
inline const std::string kTcp4 = "tcp 10.0.0.1:40000 > 10.0.0.2:80";
inline const std::string kTcp6 = "tcp 2001:db8::1:40000 > 2001:db8::2:80";
inline const std::string kMacs = " 02:00:00:00:00:01 > 02:00:00:00:00:02";

struct Sample {
  std::string name;
  Buffer bytes;
  std::string description;
  LinkType link = LinkType::kEthernet;
};

inline Buffer Llc(const char* header, const Buffer& payload = Text("payload")) {
  return Join(Hex(header), payload);
}

inline std::vector<Sample> EthernetSamples() {
  return {
      {"Tcp", Ethernet(0x0800, kTcpPacket), kTcp4},
      {"Udp", Ethernet(0x0800, kUdpPacket), "udp 10.0.0.1:5353 > 10.0.0.2:53"},
      {"Tcp6", Ethernet(0x86dd, kTcp6Packet), kTcp6},
      {"Options", Ethernet(0x0800, Ipv4({.options = Hex("94040000")}, kTcpSegment)), kTcp4},
      {"Vlan", Ethernet(0x8100, Vlan(7, 0x0800, kTcpPacket)), kTcp4},
      {"QinQ", Ethernet(0x88a8, Vlan(7, 0x8100, Vlan(8, 0x86dd, kTcp6Packet))), kTcp6},
      {"OldQinQ", Ethernet(0x9100, Vlan(7, 0x8100, Vlan(8, 0x0800, kTcpPacket))), kTcp4},
      {"OlderQinQ", Ethernet(0x9300, Vlan(7, 0x9200, Vlan(8, 0x0800, kTcpPacket))), kTcp4},
      {"Mpls", Ethernet(0x8847, Join(Hex("00064040 0006513f"), kTcpPacket)), kTcp4},
      {"MplsSix", Ethernet(0x8848, Join(Hex("0006513f"), kTcp6Packet)), kTcp6},
      {"MplsPseudoWire",
       Ethernet(0x8847, Join(Hex("0006513f 00000000"), Ethernet(0x0800, kTcpPacket))), kTcp4},
      {"MplsUnknown", Ethernet(0x8847, Join(Hex("0006513f"), Text("x123456"))), "link" + kMacs},
      {"Pppoe", Ethernet(0x8864, Join(Hex("11000001002f 0021"), kTcpPacket)), kTcp4},
      {"PppoeSix", Ethernet(0x8864, Join(Hex("11000001002f 0057"), kTcp6Packet)), kTcp6},
      {"PppoeCompressed", Ethernet(0x8864, Join(Hex("11000001002f 21"), kTcpPacket)), kTcp4},
      {"PppoeLcp", Ethernet(0x8864, Hex("110000010006 c021 09000004")), "ppp" + kMacs},
      {"PppoeDiscovery", Ethernet(0x8863, Hex("110900000004 01010000")), "pppoe" + kMacs},
      {"SnapIp", Ethernet(53, Llc("aaaa03 000000 0800", kTcpPacket)), kTcp4},
      {"LlcIp", Ethernet(48, Llc("060603", kTcpPacket)), kTcp4},
      {"Stp", Ethernet(38, Llc("424203")), "stp" + kMacs},
      {"Pvst", Ethernet(38, Llc("aaaa03 00000c 010b")), "stp" + kMacs},
      {"Cdp", Ethernet(38, Llc("aaaa03 00000c 2000")), "cdp" + kMacs},
      {"Vtp", Ethernet(38, Llc("aaaa03 00000c 2003")), "vtp" + kMacs},
      {"Dtp", Ethernet(38, Llc("aaaa03 00000c 2004")), "dtp" + kMacs},
      {"Edp", Ethernet(38, Llc("aaaa03 00e02b 00bb")), "edp" + kMacs},
      {"Ipx", Ethernet(38, Llc("e0e003")), "ipx" + kMacs},
      {"RawIpx", Ethernet(38, Llc("ffff001e")), "ipx" + kMacs},
      {"Netbeui", Ethernet(38, Llc("f0f003")), "link" + kMacs},
      {"Lldp", Ethernet(0x88cc, Hex("0207")), "lldp" + kMacs},
      {"Lacp", Ethernet(0x8809, Hex("0101")), "lacp" + kMacs},
      {"Eapol", Ethernet(0x888e, Hex("0101")), "eapol" + kMacs},
      {"Rarp", Ethernet(0x8035, Hex("0001")), "rarp" + kMacs},
      {"Unknown", Ethernet(0x9999, Hex("0001")), "link" + kMacs},
      {"Arp", Ethernet(0x0806, Arp(1, IpAddress::V4(0x0a000009), IpAddress::V4(0x0a000001))),
       "arp 10.0.0.9 > 10.0.0.1"},
      {"ArpOfOther", Ethernet(0x0806, Hex("0001 86dd 06 10 0001")), "arp" + kMacs},
      {"Echo", Ethernet(0x0800, Ipv4({.protocol = 1}, Echo(8, 77, 1))),
       "icmp 10.0.0.1:77 > 10.0.0.2:77"},
      {"Unreachable",
       Ethernet(0x0800, Ipv4({.protocol = 1}, Join(Hex("03030000 00000000"), kTcpPacket))),
       "icmp 10.0.0.1 > 10.0.0.2"},
      {"Echo6", Ethernet(0x86dd, Ipv6({.protocol = 58}, Echo(129, 78, 1))),
       "icmpv6 2001:db8::1:78 > 2001:db8::2:78"},
      {"Neighbour", Ethernet(0x86dd, Ipv6({.protocol = 58}, Hex("8700000000000000"))),
       "icmpv6 2001:db8::1 > 2001:db8::2"},
      {"Igmp",
       Ethernet(0x0800,
                Ipv4({.protocol = 2, .options = Hex("94040000")}, Hex("16000904 e00000fb"))),
       "igmp 10.0.0.1 > 10.0.0.2"},
      {"Sctp",
       Ethernet(0x0800, Ipv4({.protocol = 132}, Hex("0b59 0b5a 00000001 00000000 01000004"))),
       "sctp 10.0.0.1:2905 > 10.0.0.2:2906"},
      {"Gre", Ethernet(0x0800, Ipv4({.protocol = 47}, Hex("00000800"))), "gre 10.0.0.1 > 10.0.0.2"},
      {"Esp", Ethernet(0x0800, Ipv4({.protocol = 50}, Hex("00000800"))), "esp 10.0.0.1 > 10.0.0.2"},
      {"Ospf", Ethernet(0x0800, Ipv4({.protocol = 89}, Hex("0201"))), "ospf 10.0.0.1 > 10.0.0.2"},
      {"OtherIp", Ethernet(0x0800, Ipv4({.protocol = 253}, Hex("0201"))),
       "ip-253 10.0.0.1 > 10.0.0.2"},
      {"AhTransport",
       Ethernet(0x0800, Ipv4({.protocol = 51},
                             Join(Hex("06040000 00000001 00000001 000102030405060708090a0b"),
                                  kTcpSegment))),
       kTcp4},
      {"AhTunnel",
       Ethernet(0x0800,
                Ipv4({.protocol = 51},
                     Join(Hex("04040000 00000001 00000001 000102030405060708090a0b"), kTcpPacket))),
       "ah 10.0.0.1 > 10.0.0.2"},
      {"HopByHop",
       Ethernet(0x86dd,
                Ipv6({.protocol = 0}, Extension(60, Extension(43, Extension(6, kTcpSegment))))),
       kTcp6},
      {"NoNext", Ethernet(0x86dd, Ipv6({.protocol = 59}, {})), "ip-59 2001:db8::1 > 2001:db8::2"},
      {"AtomicFragment",
       Ethernet(0x86dd, Ipv6({.protocol = 44}, frame::Ipv6Fragment(6, 0, false, 9, kTcpSegment))),
       kTcp6},
  };
}

inline std::vector<Sample> TagSamples() {
  const Buffer inner = Ethernet(0x0800, kTcpPacket);
  const std::string link = "link" + kMacs;
  return {
      {"VnTag", Ethernet(0x8926, Join(Hex("00000000 8100 000b 0800"), kTcpPacket)), kTcp4},
      {"ProviderBackbone", Ethernet(0x88e7, Join(Hex("00000001"), inner)), kTcp4},
      {"FabricPath", Ethernet(0x8903, Join(Hex("0020"), Ethernet(0x86dd, kTcp6Packet))), kTcp6},
      {"Bridged", Ethernet(0x6558, inner), kTcp4},
      {"Nsh", Ethernet(0x894f, Join(Hex("0fc20201 000002fe"), kTcpPacket)), kTcp4},
      {"NshSix", Ethernet(0x894f, Join(Hex("0fc20202 000002fe"), kTcp6Packet)), kTcp6},
      {"NshEthernet",
       Ethernet(0x894f, Join(Hex("0fc60103 000002fe 01 02 03 04 05060708 090a0b0c 0d0e0f10"),
                             Ethernet(0x8100, Vlan(7, 0x0800, kTcpPacket)))),
       kTcp4},
      {"NshMpls", Ethernet(0x894f, Join(Hex("0fc20205 000002fe 0006513f"), kTcpPacket)), kTcp4},
      {"NshNsh",
       Ethernet(0x894f, Join(Hex("0fc30204 000002fe 00010000 0fc20201 000001fd"), kTcpPacket)),
       kTcp4},
      {"NshAlone", Ethernet(0x894f, Hex("2fc20200 000002fe")), link},
      {"NshVersion", Ethernet(0x894f, Join(Hex("4fc20201 000002fe"), kTcpPacket)), link},
      {"NshShort", Ethernet(0x894f, Join(Hex("0fc10201 000002fe"), kTcpPacket)), link},
      {"NshCut", Ethernet(0x894f, Hex("0fc60101 000002fe 00000000")), "-"},
      {"Hsr", Ethernet(0x892f, Join(Hex("1035 0001 0800"), kTcpPacket)), kTcp4},
      {"HsrVlan", Ethernet(0x8100, Vlan(7, 0x892f, Join(Hex("1035 0001 86dd"), kTcp6Packet))),
       kTcp6},
      {"HsrCut", Ethernet(0x892f, Hex("1035 0001 08")), "-"},
      {"Macsec", Ethernet(0x88e5, Join(Hex("0000 00000001 0800"), Join(kTcpPacket, Buffer(16, 9)))),
       kTcp4},
      {"MacsecChannel",
       Ethernet(0x88e5, Join(Hex("2000 00000001 0200000000010001 8100 0007 86dd"),
                             Join(kTcp6Packet, Buffer(16, 9)))),
       kTcp6},
      {"MacsecEncrypted",
       Ethernet(0x88e5, Join(Hex("2c00 00000001 0200000000010001 0800"), kTcpPacket)), link},
      {"MacsecChanged", Ethernet(0x88e5, Join(Hex("0400 00000001 0800"), kTcpPacket)), link},
      {"MacsecVersion", Ethernet(0x88e5, Join(Hex("8000 00000001 0800"), kTcpPacket)), link},
      {"MacsecCut", Ethernet(0x88e5, Hex("2000 00000001 0200")), "-"},
      {"Trill", Ethernet(0x22f3, Join(Hex("003f 0001 0002"), inner)), kTcp4},
      {"TrillOptions", Ethernet(0x22f3, Join(Hex("08bf 0001 0002 0102030405060708"), inner)),
       kTcp4},
      {"TrillVersion", Ethernet(0x22f3, Join(Hex("403f 0001 0002"), inner)), link},
      {"TrillCut", Ethernet(0x22f3, Join(Hex("003f 0001 0002"), Hex("020000000002"))), "-"},
      {"BatmanUnicast", Ethernet(0x4305, Join(Hex("40 0f 32 01 020000000003"), inner)), kTcp4},
      {"BatmanBroadcast", Ethernet(0x4305, Join(Hex("01 0f 32 00 00000001 020000000003"), inner)),
       kTcp4},
      {"BatmanOriginator", Ethernet(0x4305, Join(Hex("00 0f 00 32 00000001"), inner)), link},
      {"BatmanVersion", Ethernet(0x4305, Join(Hex("40 0e 32 01 020000000003"), inner)), link},
      {"BatmanCut", Ethernet(0x4305, Hex("40 0f 32 01 0200")), "-"},
  };
}

inline std::vector<Sample> LinkSamples() {
  const Buffer arp = Arp(2, IpAddress::V4(0x0a000009), IpAddress::V4(0x0a000001));
  return {
      {"NullLittle", Join(Hex("02000000"), kTcpPacket), kTcp4, LinkType::kNull},
      {"NullBig", Join(Hex("00000002"), kTcpPacket), kTcp4, LinkType::kNull},
      {"NullFreeBsd", Join(Hex("1c000000"), kTcp6Packet), kTcp6, LinkType::kNull},
      {"NullMac", Join(Hex("0000001e"), kTcp6Packet), kTcp6, LinkType::kNull},
      {"NullUnknown", Join(Hex("00000063"), kTcp6Packet), "-", LinkType::kNull},
      {"Loop", Join(Hex("00000018"), kTcp6Packet), kTcp6, LinkType::kLoop},
      {"Raw", kTcpPacket, kTcp4, LinkType::kRaw},
      {"RawSix", kTcp6Packet, kTcp6, LinkType::kRaw},
      {"RawOpenBsd", kTcpPacket, kTcp4, LinkType::kRawOpenBsd},
      {"RawNothing", Hex("3500"), "-", LinkType::kRaw},
      {"Ipv4", kTcpPacket, kTcp4, LinkType::kIpv4},
      {"Ipv6", kTcp6Packet, kTcp6, LinkType::kIpv6},
      {"Sll", Join(Hex("0004 0001 0006 020000000001 0000 0800"), kTcpPacket), kTcp4,
       LinkType::kLinuxSll},
      {"SllVlan", Join(Hex("0000 0001 0006 020000000001 0000 8100 0007 0800"), kTcpPacket), kTcp4,
       LinkType::kLinuxSll},
      {"SllArp", Join(Hex("0000 0001 0006 020000000001 0000 0806"), arp), "arp 10.0.0.9 > 10.0.0.1",
       LinkType::kLinuxSll},
      {"SllStp", Join(Hex("0000 0001 0006 020000000001 0000 0004 424203"), arp),
       "stp 02:00:00:00:00:01 > 00:00:00:00:00:00", LinkType::kLinuxSll},
      {"Sll2", Join(Hex("86dd 0000 00000003 0001 04 06 020000000001 0000"), kTcp6Packet), kTcp6,
       LinkType::kLinuxSll2},
      {"Ppp", Join(Hex("ff03 0021"), kTcpPacket), kTcp4, LinkType::kPpp},
      {"PppBare", Join(Hex("0021"), kTcpPacket), kTcp4, LinkType::kPpp},
      {"PppMpls", Join(Hex("ff03 0281 0006513f"), kTcpPacket), kTcp4, LinkType::kPppHdlc},
      {"PppIpcp", Hex("ff03 8021 01010004"), "ppp 00:00:00:00:00:00 > 00:00:00:00:00:00",
       LinkType::kPpp},
      {"CiscoHdlc", Join(Hex("0f00 0800"), kTcpPacket), kTcp4, LinkType::kPppHdlc},
      {"Chdlc", Join(Hex("0f00 86dd"), kTcp6Packet), kTcp6, LinkType::kChdlc},
      {"PppEther", Join(Hex("11000001002f 0021"), kTcpPacket), kTcp4, LinkType::kPppEther},
      {"Fddi", Join(Hex("50 020000000002 020000000001 aaaa03 000000 0800"), kTcpPacket), kTcp4,
       LinkType::kFddi},
      {"FrameRelay", Join(Hex("1841 03 cc"), kTcpPacket), kTcp4, LinkType::kFrameRelay},
      {"FrameRelaySnap", Join(Hex("1841 03 00 80 000000 0800"), kTcpPacket), kTcp4,
       LinkType::kFrameRelay},
      {"Nflog", Join(Hex("02 00 0000 0800 0100 08000300 0500 0a00 00000000 3100 0900"), kTcpPacket),
       kTcp4, LinkType::kNflog},
      {"NullHdlc", Join(Hex("0f00 0800"), kTcpPacket), kTcp4, LinkType::kNull},
      {"FrameRelayCisco", Join(Hex("1861 0800"), kTcpPacket), kTcp4, LinkType::kFrameRelay},
      {"Wifi",
       Join(Hex("8801 2c00 021111111111 020000000001 020000000002 1000 0600 aaaa03 000000 0800"),
            kTcpPacket),
       kTcp4, LinkType::kIeee80211},
      {"WifiRadiotap",
       Join(Hex("00000800 00000000 0802 2c00 020000000002 021111111111 020000000001 1000 aaaa03 "
                "000000 0800"),
            kTcpPacket),
       kTcp4, LinkType::kRadiotap},
      {"WifiEncrypted",
       Hex("0842 2c00 020000000002 021111111111 020000000001 1000 aaaa03 000000 0800"),
       "link" + kMacs, LinkType::kIeee80211},
      {"WifiBeacon", Hex("8000 0000 020000000002 020000000001 021111111111 1000"), "link" + kMacs,
       LinkType::kIeee80211},
      {"WifiAggregate",
       Join(Hex("8802 2c00 020000000002 021111111111 020000000001 1000 8000 020000000002 "
                "020000000001 0034 aaaa03 000000 0800"),
            kTcpPacket),
       kTcp4, LinkType::kIeee80211},
      {"Wpan", Hex("4188 01 2211 0200 0100 7f"), "wpan 00:00:00:00:00:01 > 00:00:00:00:00:02",
       LinkType::kIeee802154},
      {"WpanLong", Hex("01cc 01 2211 0200 00fe ff00 0002 2211 0100 00fe ff00 0002"),
       "wpan 02:00:00:00:00:01 > 02:00:00:00:00:02", LinkType::kIeee802154},
      {"WpanCut", Hex("4188 01 2211"), "-", LinkType::kIeee802154},
      {"Pktap", Join(Hex("10000000 01000000 01000000 00000000"), Ethernet(0x0800, kTcpPacket)),
       kTcp4, LinkType::kPktap},
      {"PktapRaw", Join(Hex("0c000000 01000000 0c000000"), kTcpPacket), kTcp4, LinkType::kPktap1},
      {"PktapInItself", Join(Hex("0c000000 01000000 02010000"), kTcpPacket), "-", LinkType::kPktap},
      {"Unsupported", kTcpPacket, "-", static_cast<LinkType>(147)},
  };
}

inline std::vector<Sample> Samples() {
  std::vector<Sample> samples = EthernetSamples();
  for (Sample& sample : TagSamples()) samples.push_back(std::move(sample));
  for (Sample& sample : LinkSamples()) samples.push_back(std::move(sample));
  return samples;
}

}  // namespace rustnet::net
