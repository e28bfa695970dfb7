// SPDX-License-Identifier: Apache-2.0
// What each kind of frame says; then every prefix of every one, each on its own heap allocation.
#include "common/net/packet/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/unit/common/net/packet/samples.h"

namespace rustnet::net {
namespace {

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

}  // namespace
}  // namespace rustnet::net
