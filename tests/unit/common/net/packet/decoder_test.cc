// SPDX-License-Identifier: Apache-2.0
// What each kind of frame says; then every prefix of every one, each on its own heap allocation.
#include "common/net/packet/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/golden/generate/frame.h"

namespace rustnet::net {
namespace {

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
std::string Describe(const Decoded& decoded) {
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

const Buffer kTcpSegment = Tcp({.flags = frame::kAck | frame::kPsh}, Text("hello"));
const Buffer kTcpPacket = Ipv4({}, kTcpSegment);
const Buffer kUdpPacket = Ipv4({.protocol = 17}, Udp(5353, 53, Text("query")));
const Buffer kTcp6Packet = Ipv6({}, kTcpSegment);
const std::string kTcp4 = "tcp 10.0.0.1:40000 > 10.0.0.2:80";
const std::string kTcp6 = "tcp 2001:db8::1:40000 > 2001:db8::2:80";
const std::string kMacs = " 02:00:00:00:00:01 > 02:00:00:00:00:02";

struct Sample {
  std::string name;
  Buffer bytes;
  std::string description;
  LinkType link = LinkType::kEthernet;
};

Buffer Llc(const char* header, const Buffer& payload = Text("payload")) {
  return Join(Hex(header), payload);
}

std::vector<Sample> EthernetSamples() {
  return {
      {"Tcp", Ethernet(0x0800, kTcpPacket), kTcp4},
      {"Udp", Ethernet(0x0800, kUdpPacket), "udp 10.0.0.1:5353 > 10.0.0.2:53"},
      {"Tcp6", Ethernet(0x86dd, kTcp6Packet), kTcp6},
      {"Options", Ethernet(0x0800, Ipv4({.options = Hex("94040000")}, kTcpSegment)), kTcp4},
      {"Vlan", Ethernet(0x8100, Vlan(7, 0x0800, kTcpPacket)), kTcp4},
      {"QinQ", Ethernet(0x88a8, Vlan(7, 0x8100, Vlan(8, 0x86dd, kTcp6Packet))), kTcp6},
      {"OldQinQ", Ethernet(0x9100, Vlan(7, 0x8100, Vlan(8, 0x0800, kTcpPacket))), kTcp4},
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
      {"VnTag", Ethernet(0x8926, Join(Hex("00000000 8100 000b 0800"), kTcpPacket)), kTcp4},
      {"ProviderBackbone", Ethernet(0x88e7, Join(Hex("00000001"), Ethernet(0x0800, kTcpPacket))),
       kTcp4},
      {"FabricPath", Ethernet(0x8903, Join(Hex("0020"), Ethernet(0x86dd, kTcp6Packet))), kTcp6},
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

std::vector<Sample> LinkSamples() {
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
      {"Unsupported", kTcpPacket, "-", LinkType::kIeee802154},
  };
}

std::vector<Sample> Samples() {
  std::vector<Sample> samples = EthernetSamples();
  for (Sample& sample : LinkSamples()) samples.push_back(std::move(sample));
  return samples;
}

TEST(DecoderTest, TellsWhoTalksToWhom) {
  FrameDecoder decode;
  for (const Sample& sample : Samples()) {
    EXPECT_EQ(Describe(decode(sample.bytes, sample.link)), sample.description) << sample.name;
  }
}

TEST(DecoderTest, NothingOfOneFrameStaysInTheNext) {
  FrameDecoder used;
  for (const Sample& before : Samples()) {
    for (const Sample& sample :
         {EthernetSamples()[0], EthernetSamples()[2], EthernetSamples()[28]}) {
      used(before.bytes, before.link);
      const Packet a = used(sample.bytes).packet;
      FrameDecoder fresh;
      const Packet b = fresh(sample.bytes).packet;
      SCOPED_TRACE(before.name + ", then " + sample.name);
      EXPECT_EQ(a.key, b.key);
      EXPECT_EQ(a.payload_bytes, b.payload_bytes);
      EXPECT_EQ(a.payload.size(), b.payload.size());
      EXPECT_EQ(a.ip_bytes, b.ip_bytes);
      EXPECT_EQ(a.from, b.from);
      EXPECT_EQ(a.outgoing, b.outgoing);
      EXPECT_EQ(a.fragment, b.fragment);
      EXPECT_EQ(a.vlan_count, b.vlan_count);
      EXPECT_EQ(a.vlans, b.vlans);
      EXPECT_EQ(a.arp_operation, b.arp_operation);
      EXPECT_EQ(a.igmp_type, b.igmp_type);
      EXPECT_EQ(a.icmp.type, b.icmp.type);
      EXPECT_EQ(a.icmp.sequence, b.icmp.sequence);
      EXPECT_EQ(a.tcp.flags, b.tcp.flags);
      EXPECT_EQ(a.tcp.window_scale, b.tcp.window_scale);
      EXPECT_EQ(a.source_mac, b.source_mac);
      EXPECT_EQ(a.destination_mac, b.destination_mac);
      EXPECT_EQ(a.earlier.packets, b.earlier.packets);
    }
  }
}

TEST(DecoderTest, EveryPrefixIsSafeAndWithinTheFrame) {
  for (const Sample& sample : Samples()) {
    FrameDecoder decode;
    for (size_t n = 0; n <= sample.bytes.size(); ++n) {
      const Buffer heap(sample.bytes.begin(), sample.bytes.begin() + n);
      const Decoded cut = decode(heap, sample.link, static_cast<uint32_t>(sample.bytes.size()));
      if (cut.count == 0) continue;
      const Packet& p = cut.packet;
      EXPECT_LE(p.payload.size(), p.payload_bytes) << sample.name << " cut at " << n;
      EXPECT_LE(p.payload_bytes, sample.bytes.size()) << sample.name << " cut at " << n;
      EXPECT_LE(p.ip_bytes, sample.bytes.size()) << sample.name << " cut at " << n;
      EXPECT_EQ(p.frame_bytes, sample.bytes.size());
      if (!p.payload.empty()) {
        EXPECT_GE(p.payload.data(), heap.data());
        EXPECT_LE(p.payload.data() + p.payload.size(), heap.data() + heap.size());
      }
    }
  }
}

TEST(DecoderTest, EveryByteChangedIsSafe) {
  for (const Sample& sample : Samples()) {
    FrameDecoder decode;
    for (size_t at = 0; at < sample.bytes.size(); ++at) {
      for (const int value :
           {0x00, 0xff, 0x80, 0x7f, sample.bytes[at] ^ 1, sample.bytes[at] ^ 0x10}) {
        Buffer heap = sample.bytes;
        heap[at] = static_cast<uint8_t>(value);
        const Decoded changed = decode(heap, sample.link);
        if (changed.count == 0) continue;
        EXPECT_LE(changed.packet.payload.size(), changed.packet.payload_bytes);
        EXPECT_LE(changed.packet.payload_bytes, heap.size());
        EXPECT_LE(changed.packet.ip_bytes, heap.size());
      }
    }
  }
}

TEST(DecoderTest, KeyIsSymmetricAndSaysWhoSent) {
  FrameDecoder decode;
  const Ip there{};
  const Ip back{.source = there.destination, .destination = there.source};
  const Packet a = decode(Ethernet(0x0800, Ipv4(there, Tcp({})))).packet;
  const Packet b =
      decode(Ethernet(0x0800, Ipv4(back, Tcp({.source = 80, .destination = 40000})))).packet;
  EXPECT_EQ(a.key, b.key);
  EXPECT_EQ(a.from, 0);
  EXPECT_EQ(b.from, 1);
  EXPECT_EQ(a.key.ip(0).ToString(), "10.0.0.1");
  EXPECT_EQ(a.key.port[0], 40000);

  const Packet c = decode(Ethernet(0x86dd, Ipv6({}, Tcp({})))).packet;
  const Packet d =
      decode(
          Ethernet(0x86dd, Ipv6({.source = frame::kV6Destination, .destination = frame::kV6Source},
                                Tcp({.source = 80, .destination = 40000}))))
          .packet;
  EXPECT_EQ(c.key, d.key);
  EXPECT_NE(c.from, d.from);

  const IpAddress self = IpAddress::V4(0x7f000001);
  const Packet e =
      decode(Ethernet(0x0800, Ipv4({.source = self, .destination = self}, Tcp({})))).packet;
  EXPECT_EQ(e.key.port[0], 80);
  EXPECT_EQ(e.from, 1);
}

TEST(DecoderTest, HandleAndOutgoingComeFromTheFrame) {
  Decoder decoder;
  std::array<Packet, kMaxLayers> packets;
  const Buffer bytes = Ethernet(0x0800, kTcpPacket);
  ASSERT_EQ(decoder.Decode({.time = 5, .bytes = bytes, .length = 99, .handle = 3, .outgoing = true},
                           packets),
            1u);
  EXPECT_EQ(packets[0].key.handle, 3);
  EXPECT_TRUE(packets[0].outgoing);
  EXPECT_EQ(packets[0].time, 5);
  EXPECT_EQ(packets[0].frame_bytes, 99u);

  FrameDecoder decode;
  EXPECT_TRUE(decode(LinkSamples()[12].bytes, LinkType::kLinuxSll).packet.outgoing);
  EXPECT_FALSE(decode(LinkSamples()[13].bytes, LinkType::kLinuxSll).packet.outgoing);
  EXPECT_TRUE(decode(LinkSamples()[16].bytes, LinkType::kLinuxSll2).packet.outgoing);
}

TEST(DecoderTest, KeepsVlanIdsAndMacs) {
  FrameDecoder decode;
  Buffer packet = kTcpPacket;
  uint16_t type = 0x0800;
  for (const int id : {5, 4, 3, 2, 1}) {
    packet = Vlan(static_cast<uint16_t>(0xe000 | id), type, packet);
    type = 0x8100;
  }
  const Packet p = decode(Ethernet(type, packet)).packet;
  EXPECT_EQ(p.vlan_count, 4);
  EXPECT_THAT(p.vlans, testing::ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(ToString(p.source_mac), "02:00:00:00:00:01");
  EXPECT_EQ(ToString(p.destination_mac), "02:00:00:00:00:02");
  EXPECT_EQ(decode(Ethernet(0x0800, kTcpPacket)).packet.vlan_count, 0);
}

TEST(DecoderTest, NestingIsBounded) {
  FrameDecoder decode;
  Buffer snaps;
  for (int i = 0; i < 10'000; ++i) frame::PutAll(&snaps, Hex("aaaa03 000000 8100 0001 0100"));
  EXPECT_EQ(decode(Ethernet(100, snaps)).count, 0u);
  Buffer tags;
  for (int i = 0; i < 10'000; ++i) frame::PutAll(&tags, Hex("00018100"));
  EXPECT_EQ(decode(Ethernet(0x8100, tags)).count, 0u);
  Buffer headers = kTcpSegment;
  for (int i = 0; i < 100; ++i) headers = Extension(i == 0 ? 6 : 60, headers);
  EXPECT_EQ(Describe(decode(Ethernet(0x86dd, Ipv6({.protocol = 60}, headers)))),
            "ip-60 2001:db8::1 > 2001:db8::2");
}

struct Lengths {
  const char* name;
  Buffer bytes;
  uint32_t length;  // on the wire; 0: as captured
  uint32_t ip_bytes;
  uint32_t payload_bytes;
  size_t captured;
};

TEST(DecoderTest, LengthsAreTheWires) {
  const Buffer data(1000, 'x');
  const Buffer big = Ethernet(0x0800, Ipv4({}, Tcp({}, data)));
  const Buffer big_udp = Ethernet(0x0800, Ipv4({.protocol = 17}, Udp(1, 2, data)));
  const Lengths cases[] = {
      {"Whole", big, 0, 1040, 1000, 1000},
      {"Padding", Padded(Ethernet(0x0800, Ipv4({}, Tcp({})))), 0, 40, 0, 0},
      {"PaddingSix", Padded(Ethernet(0x86dd, Ipv6({.protocol = 59}, {})), 64), 0, 40, 0, 0},
      {"Trailer", Join(big, Hex("01020304")), 0, 1040, 1000, 1000},
      {"CutPayload", Buffer(big.begin(), big.begin() + 100), 1054, 1040, 1000, 46},
      {"CutTcpHeader", Buffer(big.begin(), big.begin() + 48), 1054, 1040, 1000, 0},
      {"CutUdpPayload", Buffer(big_udp.begin(), big_udp.begin() + 60), 1042, 1028, 1000, 18},
      {"Tso", Ethernet(0x0800, Ipv4({.total_length = 0}, Tcp({}, data))), 0, 1040, 1000, 1000},
      {"TsoCut", Ethernet(0x0800, Ipv4({.total_length = 0}, Tcp({}, data))), 70'054, 70'040, 70'000,
       1000},
      {"TsoSix", Ethernet(0x86dd, Ipv6({.total_length = 0}, Tcp({}, data))), 0, 1060, 1000, 1000},
      {"MoreThanTheFrame", Ethernet(0x0800, Ipv4({.total_length = 60'000}, Tcp({}, data))), 0, 1040,
       1000, 1000},
      {"UdpLength", Ethernet(0x0800, Ipv4({.protocol = 17}, Udp(1, 2, data, 508))), 0, 1028, 500,
       500},
      {"UdpLengthTooLong", Ethernet(0x0800, Ipv4({.protocol = 17}, Udp(1, 2, data, 9000))), 0, 1028,
       1000, 1000},
      {"UdpLengthTooShort", Ethernet(0x0800, Ipv4({.protocol = 17}, Udp(1, 2, data, 7))), 0, 1028,
       0, 0},
      {"UdpJumbo", Ethernet(0x86dd, Ipv6({.protocol = 17, .total_length = 0}, Udp(1, 2, data, 0))),
       0, 1048, 1000, 1000},
      {"Arp", Padded(Ethernet(0x0806, Arp(1, IpAddress::V4(1), IpAddress::V4(2)))), 0, 0, 0, 0},
      {"Icmp", Ethernet(0x0800, Ipv4({.protocol = 1}, Echo(8, 1, 1, data))), 0, 1028, 0, 0},
  };
  FrameDecoder decode;
  for (const Lengths& c : cases) {
    const Decoded decoded = decode(c.bytes, LinkType::kEthernet, c.length);
    ASSERT_EQ(decoded.count, 1u) << c.name;
    EXPECT_EQ(decoded.packet.ip_bytes, c.ip_bytes) << c.name;
    EXPECT_EQ(decoded.packet.payload_bytes, c.payload_bytes) << c.name;
    EXPECT_EQ(decoded.packet.payload.size(), c.captured) << c.name;
  }
  EXPECT_EQ(decode.decoder().counters().truncated, 4u);
}

TEST(DecoderTest, BadHeadersAreMalformedOrHaveNoPayload) {
  FrameDecoder decode;
  Buffer version = Ethernet(0x0800, kTcpPacket);
  version[14] = 0x65;
  EXPECT_EQ(decode(version).count, 0u);
  Buffer header_size = Ethernet(0x0800, kTcpPacket);
  header_size[14] = 0x44;
  EXPECT_EQ(decode(header_size).count, 0u);
  EXPECT_EQ(decode(Ethernet(0x0800, Ipv4({.total_length = 19}, kTcpSegment))).count, 0u);
  EXPECT_EQ(decode(Hex("0011")).count, 0u);
  EXPECT_EQ(decode.decoder().counters().malformed, 4u);
  EXPECT_EQ(decode.decoder().counters().frames, 4u);

  Buffer offset = Ethernet(0x0800, kTcpPacket);
  offset[14 + 20 + 12] = 0x40;  // 16 bytes
  const Decoded decoded = decode(offset);
  EXPECT_EQ(Describe(decoded), kTcp4);
  EXPECT_EQ(decoded.packet.payload_bytes, 0u);
  offset[14 + 20 + 12] = 0xf0;  // more than there is
  EXPECT_EQ(decode(offset).packet.payload_bytes, 0u);
}

TEST(DecoderTest, TcpFields) {
  FrameDecoder decode;
  const Buffer options = Hex("020405b4 01 030307 0402 0101");
  const Packet p = decode(Ethernet(0x0800, Ipv4({}, Tcp({.seq = 0xfffffff0,
                                                         .ack = 7,
                                                         .flags = frame::kSyn,
                                                         .window = 4321,
                                                         .options = options}))))
                       .packet;
  EXPECT_EQ(p.tcp.seq, 0xfffffff0u);
  EXPECT_EQ(p.tcp.ack, 7u);
  EXPECT_EQ(p.tcp.flags, tcp_flag::kSyn);
  EXPECT_EQ(p.tcp.window, 4321);
  EXPECT_EQ(p.tcp.window_scale, 7);

  const auto scale = [&](const char* hex, uint8_t flags = frame::kSyn) {
    return decode(Ethernet(0x0800, Ipv4({}, Tcp({.flags = flags, .options = Hex(hex)}))))
        .packet.tcp.window_scale;
  };
  EXPECT_EQ(scale("03030e01"), 14);
  EXPECT_EQ(scale("0303ff01"), 14);
  EXPECT_EQ(scale("01010101"), -1);
  EXPECT_EQ(scale("00030307"), -1);  // behind the end of options
  EXPECT_EQ(scale("03000101"), -1);  // length 0
  EXPECT_EQ(scale("0303 0702", frame::kAck), -1);
  EXPECT_EQ(scale("01010303"), -1);  // cut
}

TEST(DecoderTest, IcmpIgmpArpFields) {
  FrameDecoder decode;
  const Packet echo = decode(Ethernet(0x0800, Ipv4({.protocol = 1}, Echo(0, 77, 12)))).packet;
  EXPECT_EQ(echo.icmp.type, 0);
  EXPECT_EQ(echo.icmp.sequence, 12);
  const Packet error = decode(Ethernet(0x0800, Ipv4({.protocol = 1}, Hex("0b010000")))).packet;
  EXPECT_EQ(error.icmp.type, 11);
  EXPECT_EQ(error.icmp.code, 1);
  EXPECT_EQ(error.key.port[0], 0);
  const Packet igmp =
      decode(Ethernet(0x0800, Ipv4({.protocol = 2}, Hex("16000904 e00000fb")))).packet;
  EXPECT_EQ(igmp.igmp_type, 0x16);
  const Packet arp = decode(Ethernet(0x0806, Arp(2, IpAddress::V4(9), IpAddress::V4(1)))).packet;
  EXPECT_EQ(arp.arp_operation, 2);
  EXPECT_EQ(arp.from, 1);
}

}  // namespace
}  // namespace rustnet::net
