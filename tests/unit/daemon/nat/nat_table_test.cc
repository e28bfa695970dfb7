// SPDX-License-Identifier: Apache-2.0
// Recorded messages, and the table that is made of them.
#include "daemon/nat/nat_table.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/daemon/nat/recorded.h"

namespace rustnet {
namespace {

using recorded::FromHex;
using recorded::kDump;
using recorded::kIcmp;
using recorded::kIcmp6;
using recorded::kTcp;
using recorded::kTcp6;
using recorded::kTcpGone;
using recorded::kUdp;
using recorded::kUdpGone;
using recorded::Octets;

// How many messages there were, and what the readable ones say.
int Read(Bytes datagram, std::vector<ConntrackEvent>* events) {
  int messages = 0;
  ForEachMessage(datagram, [&](const NetlinkMessage& message) {
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
