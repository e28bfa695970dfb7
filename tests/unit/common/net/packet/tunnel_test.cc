// SPDX-License-Identifier: Apache-2.0
// Packets in packets: each carrier, how deep, and which inner packets are of one flow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/common/net/packet/samples.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

// "ipip|gre tcp 10.0.0.1:40000 > 10.0.0.2:80" for each packet.
std::vector<std::string> Layers(const Buffer& bytes, Decoder* decoder,
                                std::vector<Packet>* kept = nullptr) {
  std::array<Packet, kMaxLayers> packets;
  const Frame frame{.bytes = bytes, .length = static_cast<uint32_t>(bytes.size())};
  const size_t count = decoder->Decode(frame, packets);
  std::vector<std::string> lines;
  for (size_t i = 0; i < count; ++i) {
    std::string carriers;
    for (size_t at = 0; at < packets[i].depth; ++at) {
      carriers += (at == 0 ? "" : "|") + CarrierName(packets[i].carriers[at]);
    }
    if (packets[i].carrier_id != 0) carriers += ":" + std::to_string(packets[i].carrier_id);
    lines.push_back(carriers + (carriers.empty() ? "" : " ") + Describe({1, packets[i]}));
    if (kept != nullptr) kept->push_back(packets[i]);
  }
  return lines;
}

std::vector<std::string> Layers(const Buffer& bytes) {
  Decoder decoder;
  return Layers(bytes, &decoder);
}

const IpAddress kFrom = IpAddress::V4(0xc0a80001);
const IpAddress kTo = IpAddress::V4(0xc0a80002);

Buffer Outer(uint8_t protocol, const Buffer& payload) {
  return Ethernet(0x0800,
                  Ipv4({.protocol = protocol, .source = kFrom, .destination = kTo}, payload));
}
Buffer OverUdp(uint16_t port, const Buffer& payload) {
  return Outer(17, Udp(50000, port, payload));
}
std::string OuterUdp(int port) {
  return "udp 192.168.0.1:50000 > 192.168.0.2:" + std::to_string(port);
}
const std::string kOuterGre = "gre 192.168.0.1 > 192.168.0.2";
const Buffer kInnerFrame = Ethernet(0x0800, kTcpPacket);

struct TunnelCase {
  std::string name;
  Buffer bytes;
  std::vector<std::string> layers;
};

std::vector<TunnelCase> OverIp() {
  return {
      {"IpIp", Outer(4, kTcpPacket), {"ipip 192.168.0.1 > 192.168.0.2", "ipip " + kTcp4}},
      {"IpIpIsNone", Outer(4, Hex("60000000")), {"ipip 192.168.0.1 > 192.168.0.2"}},
      {"SixInFour", Outer(41, kTcp6Packet), {"6in4 192.168.0.1 > 192.168.0.2", "6in4 " + kTcp6}},
      {"FourInSix",
       Ethernet(0x86dd, Ipv6({.protocol = 4}, kTcpPacket)),
       {"ipip 2001:db8::1 > 2001:db8::2", "ipip " + kTcp4}},
      {"EtherIp",
       Outer(97, Join(Hex("3000"), kInnerFrame)),
       {"ip-97 192.168.0.1 > 192.168.0.2", "etherip " + kTcp4}},
      {"MplsInIp",
       Outer(137, Join(Hex("0006513f"), kTcpPacket)),
       {"ip-137 192.168.0.1 > 192.168.0.2", "mpls-in-ip " + kTcp4}},
      {"AhTunnel",
       Outer(51, Join(Hex("04040000 00000001 00000001 000102030405060708090a0b"), kTcpPacket)),
       {"ah 192.168.0.1 > 192.168.0.2", "ah " + kTcp4}},
      {"Gre", Outer(47, Join(Hex("0000 0800"), kTcpPacket)), {kOuterGre, "gre " + kTcp4}},
      {"GreAllFields",
       Outer(47, Join(Hex("f000 86dd 00000000 0000002a 00000001 0800 00 04 01020304 0000 00 00"),
                      kTcp6Packet)),
       {kOuterGre, "gre:42 " + kTcp6}},
      {"GreBridged",
       Outer(47, Join(Hex("2000 6558 00002a00"), kInnerFrame)),
       {kOuterGre, "gre:10752 " + kTcp4}},
      {"GreMpls",
       Outer(47, Join(Hex("0000 8847 0006513f"), kTcpPacket)),
       {kOuterGre, "gre " + kTcp4}},
      {"GreKeepalive", Outer(47, Hex("0000 0000")), {kOuterGre}},
      {"GreVersion", Outer(47, Join(Hex("0003 0800"), kTcpPacket)), {kOuterGre}},
      {"Pptp",
       Outer(47, Join(Hex("3081 880b 0030 0007 00000001 00000002 ff03 0021"), kTcpPacket)),
       {kOuterGre, "gre:7 " + kTcp4}},
      {"PptpAcknowledgment", Outer(47, Hex("2081 880b 0000 0007 00000002")), {kOuterGre}},
      {"Erspan1", Outer(47, Join(Hex("0000 88be"), kInnerFrame)), {kOuterGre, "gre " + kTcp4}},
      {"Erspan2",
       Outer(47, Join(Hex("1000 88be 00000001 1001 0064 00000000"), kInnerFrame)),
       {kOuterGre, "gre:100 " + kTcp4}},
      {"Erspan3",
       Outer(47, Join(Hex("1000 22eb 00000001 2001 0064 00000000 00000001 0102030405060708"),
                      kInnerFrame)),
       {kOuterGre, "gre:100 " + kTcp4}},
      {"Wccp", Outer(47, Join(Hex("0000 883e 00000000"), kTcpPacket)), {kOuterGre, "gre " + kTcp4}},
      {"Aruba",
       Outer(47, Join(Hex("0000 8200 0802 2c00 020000000002 021111111111 020000000001 1000 "
                          "aaaa03 000000 0800"),
                      kTcpPacket)),
       {kOuterGre, "gre " + kTcp4}},
  };
}

std::vector<TunnelCase> OverUdpCases() {
  const Buffer vni_42 = Hex("08000000 00002a00");
  return {
      {"Vxlan", OverUdp(4789, Join(vni_42, kInnerFrame)), {OuterUdp(4789), "vxlan:42 " + kTcp4}},
      {"VxlanLinux",
       OverUdp(8472, Join(vni_42, kInnerFrame)),
       {OuterUdp(8472), "vxlan:42 " + kTcp4}},
      {"VxlanWithoutId",
       OverUdp(4789, Join(Hex("00000000 00002a00"), kInnerFrame)),
       {OuterUdp(4789)}},
      {"VxlanArp",
       OverUdp(4789, Join(vni_42, Ethernet(0x0806, Arp(1, IpAddress::V4(0x0a000009),
                                                       IpAddress::V4(0x0a000001))))),
       {OuterUdp(4789), "vxlan:42 arp 10.0.0.9 > 10.0.0.1"}},
      {"VxlanGpe",
       OverUdp(4790, Join(Hex("0c000002 00002a00"), kTcp6Packet)),
       {OuterUdp(4790), "vxlan:42 " + kTcp6}},
      {"Geneve",
       OverUdp(6081, Join(Hex("0100 6558 00002a00 01020304"), kInnerFrame)),
       {OuterUdp(6081), "geneve:42 " + kTcp4}},
      {"GeneveIp",
       OverUdp(6081, Join(Hex("0000 0800 00002a00"), kTcpPacket)),
       {OuterUdp(6081), "geneve:42 " + kTcp4}},
      {"GtpUser",
       OverUdp(2152, Join(Hex("30ff 002d 00000009"), kTcpPacket)),
       {OuterUdp(2152), "gtp:9 " + kTcp4}},
      {"GtpExtension",
       OverUdp(2152, Join(Hex("34ff 0035 00000009 0000 00 85 01 10 01 00"), kTcpPacket)),
       {OuterUdp(2152), "gtp:9 " + kTcp4}},
      {"GtpEcho", OverUdp(2152, Hex("3201 0004 00000000 0001 0000")), {OuterUdp(2152)}},
      {"Teredo", OverUdp(3544, kTcp6Packet), {OuterUdp(3544), "teredo " + kTcp6}},
      {"TeredoHeaders",
       OverUdp(3544, Join(Hex("0001 00 00 0102030405060708 00 0000 1234 01020304"), kTcp6Packet)),
       {OuterUdp(3544), "teredo " + kTcp6}},
      {"L2tp",
       OverUdp(1701, Join(Hex("4002 0033 0001 0002 ff03 0021"), kTcpPacket)),
       {OuterUdp(1701), "l2tp:2 " + kTcp4}},
      {"L2tpControl", OverUdp(1701, Hex("c802 000c 0001 0000 0000 0000")), {OuterUdp(1701)}},
      {"Ayiya",
       OverUdp(5072, Join(Hex("44 52 11 29 00000000"), Join(Buffer(36, 'i'), kTcp6Packet))),
       {OuterUdp(5072), "ayiya " + kTcp6}},
      {"ByTheSourcePort",
       Outer(17, Udp(6081, 50000, Join(Hex("0000 0800 00002a00"), kTcpPacket))),
       {"udp 192.168.0.1:6081 > 192.168.0.2:50000", "geneve:42 " + kTcp4}},
      {"GreInVxlan",
       OverUdp(4789, Join(vni_42, Outer(47, Join(Hex("0000 0800"), kTcpPacket)))),
       {OuterUdp(4789), "vxlan:42 gre 192.168.0.1 > 192.168.0.2", "vxlan|gre " + kTcp4}},
  };
}

std::vector<TunnelCase> NetworksOverUdp() {
  const char* const to_ethernet = "0fc20203 000002fe";
  return {
      {"VxlanGpeNsh",
       OverUdp(4790, Join(Hex("0c000004 00002a00 0fc20201 000002fe"), kTcpPacket)),
       {OuterUdp(4790), "vxlan:42 " + kTcp4}},
      {"VxlanGpeNshEthernet",
       OverUdp(4790, Join(Hex("0c000004 00002a00"), Join(Hex(to_ethernet), kInnerFrame))),
       {OuterUdp(4790), "vxlan:42 " + kTcp4}},
      {"VxlanGpeUnknown",
       OverUdp(4790, Join(Hex("0c000006 00002a00"), kTcpPacket)),
       {OuterUdp(4790)}},
      {"GreNsh",
       Outer(47, Join(Hex("0000 894f 0fc20201 000002fe"), kTcpPacket)),
       {kOuterGre, "gre " + kTcp4}},
      {"Lisp",
       OverUdp(4341, Join(Hex("c0123456 00000001"), kTcpPacket)),
       {OuterUdp(4341), "lisp " + kTcp4}},
      {"LispInstance",
       OverUdp(4341, Join(Hex("88123456 00002a01"), kTcp6Packet)),
       {OuterUdp(4341), "lisp:42 " + kTcp6}},
      {"LispBare",
       OverUdp(4341, Join(Hex("00000000 00002a01"), kTcpPacket)),
       {OuterUdp(4341), "lisp " + kTcp4}},
      {"LispNextProtocol",
       OverUdp(4341, Join(Hex("0c000003 00002a00"), kInnerFrame)),
       {OuterUdp(4341), "lisp:42 " + kTcp4}},
      {"LispNonceAndVersions",
       OverUdp(4341, Join(Hex("90123456 00000001"), kTcpPacket)),
       {OuterUdp(4341)}},
      {"LispEncrypted",
       OverUdp(4341, Join(Hex("81123456 00000001"), kTcpPacket)),
       {OuterUdp(4341)}},
      {"LispNoIp",
       OverUdp(4341, Join(Hex("80123456 00000001"), Hex("35000000"))),
       {OuterUdp(4341)}},
      {"GreInUdp",
       OverUdp(4754, Join(Hex("2000 0800 0000002a"), kTcpPacket)),
       {OuterUdp(4754), "gre:42 " + kTcp4}},
      {"GreInUdpBridged",
       OverUdp(4754, Join(Hex("0000 6558"), kInnerFrame)),
       {OuterUdp(4754), "gre " + kTcp4}},
      {"GreInUdpRouting",
       OverUdp(4754, Join(Hex("4000 0800 00000000 00000000"), kTcpPacket)),
       {OuterUdp(4754)}},
      {"GreInUdpVersion",
       OverUdp(4754, Join(Hex("3001 880b 0030 0007 00000001"), kTcpPacket)),
       {OuterUdp(4754)}},
      {"MplsInUdp",
       OverUdp(6635, Join(Hex("00064040 0006513f"), kTcp6Packet)),
       {OuterUdp(6635), "mpls-in-ip " + kTcp6}},
      {"MplsInUdpPseudoWire",
       OverUdp(6635, Join(Hex("0006513f 00000000"), kInnerFrame)),
       {OuterUdp(6635), "mpls-in-ip " + kTcp4}},
      {"MplsInUdpOfAQuery",
       OverUdp(6635, Join(Hex("1234 0100 0001 0000"), Text("by chance"))),
       {OuterUdp(6635)}},
  };
}

std::vector<TunnelCase> CapwapCases() {
  const Buffer wifi = Join(Hex("0801 0000 020000000009 020000000001 020000000002 0000 "
                               "aaaa03 000000 0800"),
                           kTcpPacket);
  const Buffer beacon = Hex("8000 0000 020000000002 020000000001 021111111111 1000");
  return {
      {"CapwapWifi",
       OverUdp(5247, Join(Hex("00104300 00000000"), wifi)),
       {OuterUdp(5247), "capwap:1 " + kTcp4}},
      {"CapwapEthernet",
       OverUdp(5247, Join(Hex("00104200 00000000"), kInnerFrame)),
       {OuterUdp(5247), "capwap:1 " + kTcp4}},
      {"CapwapAddresses",
       OverUdp(5247, Join(Hex("00308330 00000000 06 020000000007 00 04 01020304 000000"), wifi)),
       {OuterUdp(5247), "capwap:2 " + kTcp4}},
      {"CapwapBeacon",
       OverUdp(5247, Join(Hex("00104300 00000000"), beacon)),
       {OuterUdp(5247), "capwap:1 link" + kMacs}},
      {"CapwapDtls", OverUdp(5247, Join(Hex("01000000 17feff00"), wifi)), {OuterUdp(5247)}},
      {"CapwapVersion", OverUdp(5247, Join(Hex("10104300 00000000"), wifi)), {OuterUdp(5247)}},
      {"CapwapFirstFragment",
       OverUdp(5247, Join(Hex("00104380 00010000"), wifi)),
       {OuterUdp(5247)}},
      {"CapwapLastFragment", OverUdp(5247, Join(Hex("001043c0 00010100"), wifi)), {OuterUdp(5247)}},
      {"CapwapKeepAlive",
       OverUdp(5247, Join(Hex("00104208 00000000"), Hex("0016 0023 0010"))),
       {OuterUdp(5247)}},
      {"CapwapShort", OverUdp(5247, Join(Hex("00084300 00000000"), wifi)), {OuterUdp(5247)}},
      {"CapwapNoBinding", OverUdp(5247, Join(Hex("00104100 00000000"), wifi)), {OuterUdp(5247)}},
      {"CapwapOtherBinding",
       OverUdp(5247, Join(Hex("00104600 00000000"), kInnerFrame)),
       {OuterUdp(5247)}},
      {"CapwapControl", OverUdp(5246, Join(Hex("00104300 00000000"), wifi)), {OuterUdp(5246)}},
  };
}

std::vector<TunnelCase> All() {
  std::vector<TunnelCase> all = OverIp();
  for (const auto& more : {OverUdpCases(), NetworksOverUdp(), CapwapCases()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

TEST(TunnelTest, EachCarrier) {
  for (const TunnelCase& c : All()) EXPECT_EQ(Layers(c.bytes), c.layers) << c.name;
}

TEST(TunnelTest, EveryPrefixAndEveryByteChangedIsSafe) {
  for (const TunnelCase& c : All()) {
    Decoder decoder;
    for (size_t size = 0; size < c.bytes.size(); ++size) {
      const Buffer cut(c.bytes.begin(), c.bytes.begin() + static_cast<ptrdiff_t>(size));
      EXPECT_LE(Layers(cut, &decoder).size(), c.layers.size()) << c.name;
    }
    Buffer changed = c.bytes;
    for (uint8_t& byte : changed) {
      const uint8_t right = byte;
      for (const int wrong : {0x00, 0xff, right ^ 0x80, right ^ 1}) {
        byte = static_cast<uint8_t>(wrong);
        Layers(changed, &decoder);
      }
      byte = right;
    }
  }
}

TEST(TunnelTest, InnerPacketsHaveTheirOwnLengths) {
  Decoder decoder;
  std::vector<Packet> packets;
  const Buffer bytes = OverUdp(4789, Join(Hex("08000000 00002a00"), Padded(kInnerFrame, 80)));
  Layers(bytes, &decoder, &packets);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[1].frame_bytes, bytes.size());
  EXPECT_EQ(packets[1].ip_bytes, kTcpPacket.size());
  EXPECT_EQ(packets[1].payload_bytes, 5U) << "without the padding";
  EXPECT_EQ(AsText(packets[1].payload), "hello");
  EXPECT_EQ(ToString(packets[1].source_mac), "02:00:00:00:00:01");
}

TEST(TunnelTest, ACutFrameCutsWhatIsInside) {
  const Buffer bytes = Outer(47, Join(Hex("0000 0800"), kTcpPacket));
  Decoder decoder;
  std::array<Packet, kMaxLayers> packets;
  const Frame frame{.bytes = Bytes(bytes).first(bytes.size() - 3),
                    .length = static_cast<uint32_t>(bytes.size())};
  ASSERT_EQ(decoder.Decode(frame, packets), 2U);
  EXPECT_EQ(packets[1].payload_bytes, 5U);
  EXPECT_EQ(AsText(packets[1].payload), "he");
}

// What makes two inner packets one flow's.
TEST(TunnelTest, TheContextIsTheSameBothWaysAndOneForEachNetwork) {
  const auto key_of = [](const IpAddress& from, const IpAddress& to, const Buffer& payload) {
    Decoder decoder;
    std::vector<Packet> packets;
    Layers(Ethernet(0x0800, Ipv4({.protocol = 17, .source = from, .destination = to}, payload)),
           &decoder, &packets);
    return packets.at(1).key;
  };
  const auto vxlan = [](uint16_t source_port, const char* header) {
    return Udp(source_port, 4789, Join(Hex(header), kInnerFrame));
  };
  const FlowKey first = key_of(kFrom, kTo, vxlan(50000, "08000000 00002a00"));
  EXPECT_NE(first.tunnel, 0U);
  EXPECT_EQ(first, key_of(kFrom, kTo, vxlan(50001, "08000000 00002a00"))) << "entropy";
  EXPECT_EQ(first, key_of(kTo, kFrom, vxlan(50001, "08000000 00002a00"))) << "the other way";
  EXPECT_NE(first, key_of(kFrom, kTo, vxlan(50000, "08000000 00002b00"))) << "another network";
  EXPECT_NE(first, key_of(kFrom, kFrom, vxlan(50000, "08000000 00002a00"))) << "other ends";
  const auto gtp = [](const char* header) {
    return Udp(2152, 2152, Join(Hex(header), kTcpPacket));
  };
  EXPECT_EQ(key_of(kFrom, kTo, gtp("30ff 002d 00000009")),
            key_of(kTo, kFrom, gtp("30ff 002d 00000010")))
      << "each way has an id of its own";
}

TEST(TunnelTest, DepthIsBoundedAndCounted) {
  Buffer packet = kTcpPacket;
  for (int i = 0; i < 6; ++i) {
    packet = Ipv4({.protocol = 4, .source = kFrom, .destination = kTo}, packet);
  }
  Decoder decoder;
  const auto layers = Layers(Ethernet(0x0800, packet), &decoder);
  ASSERT_EQ(layers.size(), 1 + kMaxCarriers);
  EXPECT_EQ(layers.back(), "ipip|ipip|ipip|ipip ipip 192.168.0.1 > 192.168.0.2");
  EXPECT_EQ(decoder.counters().tunnels_unread, 1U);
}

TEST(TunnelTest, WhatIsMalformedInsideIsCounted) {
  Decoder decoder;
  EXPECT_EQ(Layers(Outer(47, Hex("0000 0800 4500")), &decoder).size(), 1U);
  EXPECT_EQ(decoder.counters().tunnels_unread, 1U);
  EXPECT_EQ(decoder.counters().malformed, 0U);
  EXPECT_EQ(Layers(OverUdp(4790, Hex("0c000004 00002a00 0fc60101 000002fe")), &decoder).size(), 1U);
  EXPECT_EQ(Layers(OverUdp(6635, Hex("0006403f 0006513f 4500")), &decoder).size(), 1U);
  EXPECT_EQ(decoder.counters().tunnels_unread, 3U);
  EXPECT_EQ(Layers(OverUdp(5247, Hex("00284300 00000000 01020304")), &decoder).size(), 1U);
  EXPECT_EQ(decoder.counters().tunnels_unread, 3U) << "of a carrier's cut header nothing is known";
}

TEST(TunnelTest, AFragmentedCarrierIsReadWhole) {
  const Buffer datagram =
      Udp(50000, 4789,
          Join(Hex("08000000 00002a00"),
               Ethernet(0x0800, Ipv4({}, Tcp({.flags = frame::kAck}, Buffer(1400, 'x'))))));
  Decoder decoder;
  std::vector<std::string> lines;
  for (const size_t at : {size_t{0}, size_t{800}}) {
    const size_t end = at == 0 ? 800 : datagram.size();
    const Buffer part(datagram.begin() + static_cast<ptrdiff_t>(at),
                      datagram.begin() + static_cast<ptrdiff_t>(end));
    const Buffer bytes = Ethernet(0x0800, Ipv4({.protocol = 17,
                                                .source = kFrom,
                                                .destination = kTo,
                                                .id = 7,
                                                .offset = static_cast<uint16_t>(at),
                                                .more = at == 0},
                                               part));
    for (const std::string& line : Layers(bytes, &decoder)) lines.push_back(line);
  }
  EXPECT_THAT(lines, ElementsAre(OuterUdp(4789), OuterUdp(4789), "vxlan:42 " + kTcp4));
  EXPECT_EQ(decoder.counters().datagrams_incomplete, 0U);
}

// Two flow samples of one header each, the second expanded, and a counter sample between them.
Buffer SflowDatagram() {
  const auto record = [](const Buffer& header) {
    Buffer out = Hex("00000001");
    const Buffer padded = Padded(header, (header.size() + 3) / 4 * 4);
    frame::Put32(&out, 16 + padded.size());
    frame::Put32(&out, 1);
    frame::Put32(&out, 1518);
    frame::Put32(&out, 4);
    frame::Put32(&out, header.size());
    return Join(out, padded);
  };
  const auto sample = [](uint32_t tag, size_t skipped, const Buffer& records) {
    Buffer out;
    frame::Put32(&out, tag);
    frame::Put32(&out, skipped + 4 + records.size());
    out.resize(out.size() + skipped);
    frame::Put32(&out, 1);
    return Join(out, records);
  };
  Buffer out = Hex("00000005 00000001 c0a80001 00000000 00000001 00000001 00000003");
  out = Join(out, sample(1, 28, record(kInnerFrame)));
  out = Join(out, Hex("00000002 00000004 00000000"));
  return Join(out, sample(3, 40, record(Ethernet(0x86dd, kTcp6Packet))));
}

TEST(TunnelTest, SamplesAreFramesOfElsewhere) {
  Decoder decoder;
  std::vector<Packet> packets;
  const Buffer bytes = OverUdp(6343, SflowDatagram());
  EXPECT_THAT(Layers(bytes, &decoder, &packets),
              ElementsAre(OuterUdp(6343), "sflow " + kTcp4, "sflow " + kTcp6));
  EXPECT_EQ(packets[1].frame_bytes, 1518U) << "as long as the sampled frame was";
  EXPECT_EQ(decoder.counters().tunnels_unread, 0U);
  for (size_t size = 0; size < bytes.size(); ++size) {
    Layers(Buffer(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size)), &decoder);
  }
}

TEST(TunnelTest, ManySamplesAreBoundedAndCounted) {
  Buffer datagram = Hex("00000005 00000001 c0a80001 00000000 00000001 00000001 000000ff");
  const Buffer all = SflowDatagram();
  const Buffer one(all.begin() + 28, all.begin() + 28 + 8 + 32 + 24 + 60);
  for (int i = 0; i < 20; ++i) datagram = Join(datagram, one);
  Decoder decoder;
  EXPECT_EQ(Layers(OverUdp(6343, datagram), &decoder).size(), kMaxLayers);
  EXPECT_EQ(decoder.counters().tunnels_unread, 20 - (kMaxLayers - 1));
}

}  // namespace
}  // namespace rustnet::net
