// SPDX-License-Identifier: Apache-2.0
// Lengths under padding, snaplen cuts and offloads, bad headers, and the fields of TCP, ICMP, IGMP
// and ARP.
#include <gtest/gtest.h>

#include "common/net/packet/decoder.h"
#include "tests/unit/common/net/packet/samples.h"

namespace rustnet::net {
namespace {

struct Lengths {
  const char* name;
  Buffer bytes;
  uint32_t length;  // on the wire; 0: as captured
  uint32_t ip_bytes;
  uint32_t payload_bytes;
  size_t captured;
};

TEST(DecoderFieldsTest, LengthsAreTheWires) {
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

TEST(DecoderFieldsTest, BadHeadersAreMalformedOrHaveNoPayload) {
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

TEST(DecoderFieldsTest, TcpFields) {
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

TEST(DecoderFieldsTest, IcmpIgmpArpFields) {
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
