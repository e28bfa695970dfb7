// SPDX-License-Identifier: Apache-2.0
// Messages of ctnetlink as a kernel (6.18) sent them for a masqueraded container, 172.30.0.2 and
// fd30::2 behind 10.77.0.1 and fd77::1; and the table that is made of them.
#include "daemon/nat/nat_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace rustnet {
namespace {

using Octets = std::vector<uint8_t>;

constexpr char kTcp[] =
    "c400000000010006000000000000000002000000340001801400018008000100ac1e0002080002000a4d00021c"
    "0002800500010006000000060002009c40000006000300005000003400028014000180080001000a4d00020800"
    "02000a4d00011c00028005000100060000000600020000500000060003009c40000008000c0066928f60080003"
    "00000001980800070000000078300004802c0001800500010001000000050002000a0000000500030000000000"
    "06000400030000000600050000000000";
constexpr char kTcpGone[] =
    "a40000000201000000000000e7faf0d002000000340001801400018008000100ac1e0002080002000a4d00021c"
    "0002800500010006000000060002009c40000006000300005000003400028014000180080001000a4d00020800"
    "02000a4d00011c00028005000100060000000600020000500000060003009c40000008000c0066928f60080003"
    "000000039e0800070000000076100004800c0001800500010007000000";
constexpr char kTcp6[] =
    "f40000000001000600000000000000000a0000004c0001802c00018014000300fd300000000000000000000000"
    "00000214000400fd7700000000000000000000000000021c0002800500010006000000060002009c4100000600"
    "0300005000004c0002802c00018014000300fd77000000000000000000000000000214000400fd770000000000"
    "0000000000000000011c00028005000100060000000600020000500000060003009c41000008000c007532e570"
    "08000300000001980800070000000078300004802c0001800500010001000000050002000a0000000500030000"
    "00000006000400030000000600050000000000";
constexpr char kUdp[] =
    "9400000000010006000000000000000002000000340001801400018008000100ac1e0002080002000a4d00021c"
    "00028005000100110000000600020015b30000060003001e6100003400028014000180080001000a4d00020800"
    "02000a4d00011c0002800500010011000000060002001e6100000600030015b3000008000c00fef77426080003"
    "0000000198080007000000001e";
constexpr char kUdpGone[] =
    "940000000201000000000000e7faf0d002000000340001801400018008000100ac1e0002080002000a4d00021c"
    "00028005000100110000000600020015b30000060003001e6100003400028014000180080001000a4d00020800"
    "02000a4d00011c0002800500010011000000060002001e6100000600030015b3000008000c00fef77426080003"
    "0000000398080007000000001c";
constexpr char kIcmp[] =
    "a4000000000100060000000000000000020000003c0001801400018008000100ac1e0002080002000a4d000224"
    "0002800500010001000000060004005e610000050005000800000005000600000000003c000280140001800800"
    "01000a4d0002080002000a4d0001240002800500010001000000060004005e6100000500050000000000050006"
    "000000000008000c00b2b82dec0800030000000198080007000000001e";
constexpr char kIcmp6[] =
    "d40000000001000600000000000000000a000000540001802c00018014000300fd300000000000000000000000"
    "00000214000400fd77000000000000000000000000000224000280050001003a000000060007005e6200000500"
    "0800800000000500090000000000540002802c00018014000300fd770000000000000000000000000002140004"
    "00fd77000000000000000000000000000124000280050001003a000000060007005e6200000500080081000000"
    "050009000000000008000c00afe08c630800030000000198080007000000001e";
// The answer to a dump: five connections.
constexpr char kDump[] =
    "d40000000001020001000000e7faf0d002000000340001801400018008000100ac1e0002080002000a4d00021c"
    "0002800500010006000000060002009c40000006000300005000003400028014000180080001000a4d00020800"
    "02000a4d00011c00028005000100060000000600020000500000060003009c400000080003000000019e080008"
    "000000000008000c0066928f6008000b00000000010800070000000077300004802c0001800500010007000000"
    "050002000a000000050003000a00000006000400230000000600050027000000a40000000001020001000000e7"
    "faf0d002000000340001801400018008000100ac1e0002080002000a4d00021c00028005000100110000000600"
    "020015b30000060003001e6100003400028014000180080001000a4d0002080002000a4d00011c000280050001"
    "0011000000060002001e6100000600030015b300000800030000000198080008000000000008000c00fef77426"
    "08000b0000000001080007000000001d040100000001020001000000e7faf0d00a0000004c0001802c00018014"
    "000300fd30000000000000000000000000000214000400fd7700000000000000000000000000021c0002800500"
    "010006000000060002009c41000006000300005000004c0002802c00018014000300fd77000000000000000000"
    "000000000214000400fd7700000000000000000000000000011c00028005000100060000000600020000500000"
    "060003009c410000080003000000019e080008000000000008000c007532e57008000b00000000010800070000"
    "000077300004802c0001800500010007000000050002000a000000050003000a00000006000400230000000600"
    "050027000000b40000000001020001000000e7faf0d0020000003c0001801400018008000100ac1e0002080002"
    "000a4d0002240002800500010001000000060004005e610000050005000800000005000600000000003c000280"
    "14000180080001000a4d0002080002000a4d0001240002800500010001000000060004005e6100000500050000"
    "0000000500060000000000080003000000019a080008000000000008000c00b2b82dec08000b00000000010800"
    "07000000001de40000000001020001000000e7faf0d00a000000540001802c00018014000300fd300000000000"
    "00000000000000000214000400fd77000000000000000000000000000224000280050001003a00000006000700"
    "5e62000005000800800000000500090000000000540002802c00018014000300fd770000000000000000000000"
    "00000214000400fd77000000000000000000000000000124000280050001003a000000060007005e6200000500"
    "0800810000000500090000000000080003000000019a080008000000000008000c00afe08c6308000b00000000"
    "01080007000000001d";

Octets FromHex(std::string_view hex) {
  Octets octets;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    octets.push_back(static_cast<uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return octets;
}

// How many messages there were, and what the readable ones say.
int Read(Bytes datagram, std::vector<ConntrackEvent>* events) {
  int messages = 0;
  ForEachMessage(datagram, [&](const RouteMessage& message) {
    ++messages;
    ConntrackEvent event;
    if (ParseConntrack(message, &event)) events->push_back(event);
  });
  return messages;
}
ConntrackEvent Only(std::string_view hex) {
  const Octets octets = FromHex(hex);
  std::vector<ConntrackEvent> events;
  EXPECT_EQ(Read(octets, &events), 1);
  EXPECT_EQ(events.size(), 1u);
  return events.empty() ? ConntrackEvent() : events.front();
}

struct Case {
  const char* name;
  std::string_view hex;
  bool gone;
  uint8_t ip_protocol;
  const char* source;
  uint16_t source_port;
  const char* destination;
  uint16_t destination_port;
  const char* translated;  // the source, behind the host
};
constexpr Case kCases[] = {
    {"Tcp", kTcp, false, 6, "172.30.0.2", 40000, "10.77.0.2", 80, "10.77.0.1"},
    {"TcpGone", kTcpGone, true, 6, "172.30.0.2", 40000, "10.77.0.2", 80, "10.77.0.1"},
    {"TcpV6", kTcp6, false, 6, "fd30::2", 40001, "fd77::2", 80, "fd77::1"},
    {"Udp", kUdp, false, 17, "172.30.0.2", 5555, "10.77.0.2", 7777, "10.77.0.1"},
    {"UdpGone", kUdpGone, true, 17, "172.30.0.2", 5555, "10.77.0.2", 7777, "10.77.0.1"},
    {"Icmp", kIcmp, false, 1, "172.30.0.2", 0x5e61, "10.77.0.2", 0x5e61, "10.77.0.1"},
    {"IcmpV6", kIcmp6, false, 58, "fd30::2", 0x5e62, "fd77::2", 0x5e62, "fd77::1"},
};

class ConntrackTest : public testing::TestWithParam<Case> {};

TEST_P(ConntrackTest, BothTuplesAreRead) {
  const Case& c = GetParam();
  const ConntrackEvent event = Only(c.hex);
  EXPECT_EQ(event.gone, c.gone);
  EXPECT_TRUE(event.translated());
  EXPECT_EQ(event.original.ip_protocol, c.ip_protocol);
  EXPECT_EQ(event.original.source.ToString(), c.source);
  EXPECT_EQ(event.original.source_port, c.source_port);
  EXPECT_EQ(event.original.destination.ToString(), c.destination);
  EXPECT_EQ(event.original.destination_port, c.destination_port);
  EXPECT_EQ(event.reply.source.ToString(), c.destination);
  EXPECT_EQ(event.reply.destination.ToString(), c.translated);
}

// A cut message is none; whatever a damaged one says, nothing outside of it is read.
TEST_P(ConntrackTest, EveryPrefixAndEveryDamagedOneIsSafe) {
  const Octets whole = FromHex(GetParam().hex);
  for (size_t size = 0; size < whole.size(); ++size) {
    const Octets prefix(whole.begin(), whole.begin() + size);  // its own allocation
    std::vector<ConntrackEvent> events;
    Read(prefix, &events);
    EXPECT_TRUE(events.empty()) << size;
    // The same with a header that says so: the tuples come first, and the rest may be missing.
    Octets shorter = prefix;
    if (size >= 16) {
      shorter[0] = static_cast<uint8_t>(size);
      shorter[1] = 0;
      Read(shorter, &events);
    }
  }
  std::mt19937 rng(1);
  for (int i = 0; i < 20'000; ++i) {
    Octets damaged = whole;
    for (int n = 0; n < 3; ++n) damaged[rng() % damaged.size()] = static_cast<uint8_t>(rng());
    std::vector<ConntrackEvent> events;
    Read(damaged, &events);
    NatTable table;
    for (const ConntrackEvent& event : events) table.Apply(event, 1);
    EXPECT_LE(table.size(), 1u);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ConntrackTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ConntrackDumpTest, AllOfADumpIsRead) {
  const Octets dump = FromHex(kDump);
  std::vector<ConntrackEvent> events;
  EXPECT_EQ(Read(dump, &events), 5);
  ASSERT_EQ(events.size(), 5u);
  for (const ConntrackEvent& event : events) {
    EXPECT_TRUE(event.translated());
    EXPECT_FALSE(event.gone);
  }
}

net::FlowKey Key(const char* source, uint16_t source_port, const char* destination,
                 uint16_t destination_port, uint8_t ip_protocol = 6, uint8_t handle = 9) {
  uint8_t end = 0;
  net::FlowKey key = KeyOf({*IpAddress::Parse(source), *IpAddress::Parse(destination), source_port,
                            destination_port, ip_protocol},
                           &end);
  key.handle = handle;
  return key;
}

TEST(NatTableTest, BothKeysLeadToTheTranslation) {
  NatTable table;
  table.Apply(Only(kTcp), 1);
  table.Apply(Only(kTcp), 1);
  EXPECT_EQ(table.size(), 1u);
  const net::FlowKey before = Key("172.30.0.2", 40000, "10.77.0.2", 80);
  const net::FlowKey behind = Key("10.77.0.2", 80, "10.77.0.1", 40000);
  const Translation* found = table.Find(before);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found, table.Find(behind));
  EXPECT_EQ(found->original.ip(found->original_source).ToString(), "172.30.0.2");
  EXPECT_EQ(found->translated.ip(found->translated_source).ToString(), "10.77.0.1");
  EXPECT_EQ(found->original.protocol, net::Protocol::kTcp);
  EXPECT_EQ(table.Find(Key("172.30.0.2", 40001, "10.77.0.2", 80)), nullptr);
  net::FlowKey tunnelled = before;
  tunnelled.tunnel = 1;
  EXPECT_EQ(table.Find(tunnelled), nullptr);
}

TEST(NatTableTest, AnEndedOneIsToldForAMinute) {
  NatTable table;
  const net::FlowKey key = Key("172.30.0.2", 5555, "10.77.0.2", 7777, 17);
  table.Apply(Only(kUdp), kSecond);
  table.Apply(Only(kTcpGone), kSecond);  // of one that was never known
  table.Apply(Only(kUdpGone), 2 * kSecond);
  table.Expire(62 * kSecond);
  EXPECT_NE(table.Find(key), nullptr);
  table.Expire(62 * kSecond + 1);
  EXPECT_EQ(table.Find(key), nullptr);
  EXPECT_EQ(table.size(), 0u);
}

TEST(NatTableTest, ATupleThatIsUsedAgainIsTheNewOnes) {
  NatTable table;
  ConntrackEvent event = Only(kTcp);
  table.Apply(event, 1);
  ConntrackEvent again = event;
  again.reply.destination_port = 1024;  // another source port was chosen
  table.Apply(again, 2);
  EXPECT_EQ(table.size(), 1u);
  const Translation* found = table.Find(Key("172.30.0.2", 40000, "10.77.0.2", 80));
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->translated.port[found->translated_source], 1024);
  EXPECT_EQ(table.Find(Key("10.77.0.1", 40000, "10.77.0.2", 80)), nullptr);
  event.gone = true;
  table.Apply(event, 3);  // the end of the former one
  table.Expire(1000 * kSecond);
  EXPECT_NE(table.Find(Key("172.30.0.2", 40000, "10.77.0.2", 80)), nullptr);
}

TEST(NatTableTest, WhatIsNotTranslatedIsNotKept) {
  NatTable table;
  ConntrackEvent event = Only(kTcp);
  event.reply.destination = event.original.source;
  EXPECT_FALSE(event.translated());
  table.Apply(event, 1);
  EXPECT_EQ(table.size(), 0u);
}

TEST(NatTableTest, TheRoomIsBounded) {
  NatTable table({.translations = 10});
  ConntrackEvent event = Only(kTcp);
  for (uint16_t port = 1; port <= 15; ++port) {
    event.original.source_port = event.reply.destination_port = port;
    table.Apply(event, port);
    ConntrackEvent gone = event;
    gone.gone = port == 5;
    if (gone.gone) table.Apply(gone, port);
  }
  EXPECT_EQ(table.size(), 10u);
  EXPECT_EQ(table.forgotten(), 5u);
  EXPECT_EQ(table.Find(Key("172.30.0.2", 5, "10.77.0.2", 80)), nullptr) << "ended: it went first";
  EXPECT_EQ(table.Find(Key("172.30.0.2", 4, "10.77.0.2", 80)), nullptr);
  EXPECT_NE(table.Find(Key("172.30.0.2", 6, "10.77.0.2", 80)), nullptr);
}

}  // namespace
}  // namespace rustnet
