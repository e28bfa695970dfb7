// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/flow_table.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

// What two views of one flow must have in common; compared as text so that a difference is
// readable.
std::string Text(const FlowView& v) {
  std::string text = std::to_string(v.id) + " port " + std::to_string(v.port(Direction::kForward));
  const auto add = [&text](const char* name, auto value) {
    text += std::string(" ") + name + "=" + std::to_string(value);
  };
  add("ended", v.ended);
  add("local", v.local_began);
  add("tcp", static_cast<int>(v.tcp));
  add("peer", static_cast<int>(v.tcp_peer));
  add("udp", static_cast<int>(v.udp));
  for (size_t i = 0; i < 2; ++i) {
    add("packets", v.counters[i].packets);
    add("bytes", v.counters[i].bytes);
    add("ip", v.counters[i].ip_bytes);
    add("payload", v.counters[i].payload_bytes);
    add("rate", v.rate[i]);
  }
  add("retransmissions", v.metrics.retransmissions);
  add("ooo", v.metrics.out_of_order);
  add("dup", v.metrics.duplicate_acks);
  add("gaps", v.metrics.gaps);
  add("rtt", v.metrics.smoothed_rtt_us);
  add("first", v.first);
  add("last", v.last);
  add("timeout", v.idle_timeout_seconds);
  text += " " + std::string(EndState(v.seen));
  return text;
}

TEST(FlowTableTest, CountsByDirectionOfWhoBegan) {
  FlowTable table(Options());
  const Talk talk{.client = 0x0A0000FF, .server = 0x0A000001};  // the client is the higher endpoint
  Packet syn = talk.Tcp(kStart, true, kSyn, 0, 0);
  syn.outgoing = true;
  syn.vlans = {7, 9};
  syn.vlan_count = 2;
  Add(&table, {syn, talk.Tcp(kStart + 1, false, kSyn | kAck, 0, 1),
               talk.Tcp(kStart + 2, true, kAck, 1, 1, "hello")});
  const std::vector<FlowView> views = Views(table, kStart + 2);
  ASSERT_EQ(views.size(), 1U);
  const FlowView& view = views[0];
  EXPECT_EQ(view.ip(Direction::kForward).ToString(), "10.0.0.255");
  EXPECT_EQ(view.port(Direction::kBackward), 80);
  EXPECT_TRUE(view.local_began);
  EXPECT_EQ(view.counters[0].packets, 2U);
  EXPECT_EQ(view.counters[0].bytes, 54U * 2 + 5);
  EXPECT_EQ(view.counters[0].ip_bytes, 40U * 2 + 5);
  EXPECT_EQ(view.counters[0].payload_bytes, 5U);
  EXPECT_EQ(view.counters[1].packets, 1U);
  EXPECT_EQ(view.mac[0][5], 1);
  EXPECT_EQ(view.mac[1][5], 2);
  EXPECT_EQ(view.vlan_count, 2);
  EXPECT_EQ(view.vlans[1], 9);
  EXPECT_EQ(view.first, kStart);
  EXPECT_EQ(view.last, kStart + 2);
  EXPECT_EQ(view.tcp, TcpState::kEstablished);
  EXPECT_EQ(view.tcp_peer, TcpState::kEstablished);
  EXPECT_EQ(view.idle_timeout_seconds, 300U);
}

TEST(FlowTableTest, WhoAnswersASynDidNotBegin) {
  FlowTable table(Options());
  const Talk talk;
  Packet answer = talk.Tcp(kStart, false, kSyn | kAck, 0, 1);
  answer.outgoing = true;
  Add(&table, {answer, talk.Tcp(kStart, true, kAck, 1, 1)});
  const FlowView view = Views(table, kStart)[0];
  EXPECT_EQ(view.port(Direction::kForward), talk.client_port);
  EXPECT_FALSE(view.local_began);
  EXPECT_EQ(view.counters[0].packets, 1U);
  EXPECT_EQ(view.counters[1].packets, 1U);
}

TEST(FlowTableTest, FragmentsCountAndHaveNoHeader) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp, .server_port = 53};
  Packet first = talk.Make(kStart, true, "abcd");
  first.earlier = {.packets = 2, .frame_bytes = 3000, .ip_bytes = 2972};
  Packet later = talk.Make(kStart + 1, true);
  later.fragment = true;
  later.payload_bytes = 0;
  Add(&table, {first, later});
  const FlowView view = Views(table, kStart + 1)[0];
  EXPECT_EQ(view.counters[0].packets, 4U);
  EXPECT_EQ(view.counters[0].bytes, 3000U + first.frame_bytes + later.frame_bytes);
  EXPECT_EQ(view.counters[0].ip_bytes, 2972U + first.ip_bytes + later.ip_bytes);
  EXPECT_EQ(view.counters[0].payload_bytes, 4U);
}

TEST(FlowTableTest, WhatAFragmentOfTcpCarriesIsRead) {
  FlowTable table(Options());
  const Talk talk;
  const std::string_view head = "GET / HTTP/1.1\r\nHost: a.ex";
  Packet later =
      talk.Tcp(kStart, true, 0, 1 + static_cast<uint32_t>(head.size()), 0, "ample\r\n\r\n");
  later.fragment = true;
  Add(&table, {talk.Tcp(kStart, true, kAck, 1, 1, head), later});
  const FlowView view = Views(table, kStart)[0];
  ASSERT_NE(view.application, nullptr);
  EXPECT_EQ(view.application->values.back().text, "a.example");
  EXPECT_EQ(view.counters[0].packets, 2U);
}

TEST(FlowTableTest, AFragmentOfTcpMovesNoState) {
  FlowTable table(Options());
  const Talk talk;
  Packet fragment = talk.Tcp(kStart, true, kRst, 0, 0);
  fragment.fragment = true;
  Add(&table, {talk.Tcp(kStart, true, kAck, 1, 1), fragment});
  EXPECT_EQ(Views(table, kStart)[0].tcp, TcpState::kEstablished);
  EXPECT_EQ(EndState(Views(table, kStart)[0].seen), "established");
}

TEST(FlowTableTest, IcmpArpAndIgmpTellTheirType) {
  FlowTable table(Options());
  Talk talk{.protocol = Protocol::kIcmp, .client_port = 1, .server_port = 1};
  Packet request = talk.Make(kStart, true);
  request.icmp = {.type = 8, .code = 0, .sequence = 5};
  Packet reply = talk.Make(kStart + 3 * kMillisecond, false);
  reply.icmp = {.type = 0, .code = 0, .sequence = 5};
  talk.protocol = Protocol::kArp;
  Packet arp = talk.Make(kStart + 4, true);
  arp.arp_operation = 2;
  talk.protocol = Protocol::kIgmp;
  Packet igmp = talk.Make(kStart + 5, true);
  igmp.igmp_type = 0x22;
  Add(&table, {request, reply, arp, igmp});
  const std::vector<FlowView> views = Views(table, kStart + 5);
  ASSERT_EQ(views.size(), 3U);
  EXPECT_EQ(views[0].icmp_type, 0);
  EXPECT_EQ(views[0].application_rtt_us, 3000U);
  EXPECT_EQ(views[1].arp_operation, 2);
  EXPECT_EQ(views[2].igmp_type, 0x22);
}

TEST(FlowTableTest, WithoutExpiryEverythingStays) {
  FlowOptions options = Options();
  options.expire = false;
  FlowTable table(options);
  for (uint16_t port = 1; port <= 100; ++port) {
    Add(&table, {Talk{.client_port = port}.Tcp(kStart + port * kSecond * 1000, true, kRst, 1, 1)});
  }
  EXPECT_EQ(table.size(), 100U);
  const std::vector<FlowView> views = Views(table, kStart + kSecond * 1'000'000);
  ASSERT_EQ(views.size(), 100U);
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(views[i].port(Direction::kForward), i + 1);
}

TEST(FlowTableTest, UdpAgesAndSaysSo) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp, .server_port = 443};
  Add(&table, {talk.Make(kStart, true, "x")});
  EXPECT_EQ(Changes(&table, kStart).at(0).udp, UdpState::kActive);
  EXPECT_EQ(Changes(&table, kStart + 2 * kSecond).at(0).rate[0], 0U);
  EXPECT_TRUE(Changes(&table, kStart + 29 * kSecond).empty());
  const std::vector<FlowView> idle = Changes(&table, kStart + 32 * kSecond);
  ASSERT_EQ(idle.size(), 1U);
  EXPECT_EQ(idle[0].udp, UdpState::kIdle);
  EXPECT_TRUE(Changes(&table, kStart + 58 * kSecond).empty());
  EXPECT_TRUE(Changes(&table, kStart + 62 * kSecond).at(0).ended);
}

// A hundred packets within a second; then what is reported of the rate in the three seconds after.
std::vector<uint64_t> ReportedAfterABurst(std::string_view payload) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp, .server_port = 9};
  for (int i = 0; i < 100; ++i) {
    Add(&table, {talk.Make(kStart + i * 10 * kMillisecond, true, payload)});
  }
  std::vector<uint64_t> rates = {Changes(&table, kStart + kSecond - 1).at(0).rate[0]};
  for (int tick = 1; tick <= 30; ++tick) {
    for (const FlowView& view : Changes(&table, kStart + kSecond + tick * 100 * kMillisecond)) {
      rates.push_back(view.rate[0]);
    }
  }
  return rates;
}

TEST(FlowTableTest, ALowRateIsReportedWhenItIsZero) {
  EXPECT_EQ(ReportedAfterABurst(""), (std::vector<uint64_t>{4200, 0}));
}

TEST(FlowTableTest, AHighRateIsReportedAsItFalls) {
  const std::string payload(1000, 'x');
  const std::vector<uint64_t> rates = ReportedAfterABurst(payload);
  EXPECT_EQ(rates.front(), 104'200U);
  EXPECT_EQ(rates.back(), 0U);
  EXPECT_GE(rates.size(), 3U);
  EXPECT_LE(rates.size(), 5U);
  for (size_t i = 1; i < rates.size(); ++i) EXPECT_LE(rates[i] * 2, rates[i - 1]);
}

TEST(FlowTableTest, AFlowThatDidNotChangeIsNotTaken) {
  FlowTable table(Options());
  const Talk a{.client_port = 1};
  const Talk b{.client_port = 2};
  Add(&table, {a.Tcp(kStart, true, kAck, 1, 1), b.Tcp(kStart, true, kAck, 1, 1),
               a.Tcp(kStart, true, kAck, 1, 1)});
  EXPECT_EQ(Changes(&table, kStart).size(), 2U);
  EXPECT_TRUE(Changes(&table, kStart).empty());
  Add(&table, {b.Tcp(kStart + 1, true, kAck, 1, 1)});
  const std::vector<FlowView> views = Changes(&table, kStart + 1);
  ASSERT_EQ(views.size(), 1U);
  EXPECT_EQ(views[0].port(Direction::kForward), 2);
}

TEST(FlowTableTest, IdsAreNeverUsedTwice) {
  FlowOptions options = Options();
  options.capacity = 5;
  FlowTable table(options);
  std::set<uint64_t> ids;
  for (uint16_t port = 1; port <= 50; ++port) {
    Add(&table, {Talk{.client_port = port}.Tcp(kStart + port, true, kAck, 1, 1)});
    for (const FlowView& view : Changes(&table, kStart + port)) {
      if (view.ended) continue;
      EXPECT_TRUE(ids.insert(view.id).second);
    }
    if (port % 20 == 0) table.Clear();
  }
  EXPECT_EQ(ids.size(), 50U);
}

TEST(FlowTableTest, ClearForgetsAndWorksOn) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp};
  Add(&table, {talk.Make(kStart, true, "held back by a dissector perhaps")});
  table.Clear();
  EXPECT_EQ(table.size(), 0U);
  EXPECT_TRUE(Changes(&table, kStart).empty());
  table.Advance(kStart + 500 * kSecond);
  Add(&table, {talk.Make(kStart + 500 * kSecond, true)});
  EXPECT_EQ(Changes(&table, kStart + 500 * kSecond).size(), 1U);
  table.Advance(kStart + 600 * kSecond);
  EXPECT_EQ(table.size(), 0U);
}

TEST(FlowTableTest, ATimeThatGoesBackDoesNoHarm) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp};
  Add(&table, {talk.Make(kStart, true), talk.Make(kStart - 3600 * kSecond, false),
               talk.Make(kStart + 1, true)});
  table.Advance(kStart - kSecond);
  const FlowView view = Changes(&table, kStart + 1).at(0);
  EXPECT_EQ(view.counters[0].packets, 2U);
  EXPECT_EQ(view.counters[1].packets, 1U);
  EXPECT_EQ(table.size(), 1U);
}

// Mixed traffic that ends, returns, loses and repeats.
std::vector<Packet> Traffic(size_t count, uint32_t seed) {
  Random random(seed);
  std::vector<Packet> packets;
  Time now = kStart;
  static const std::string kPayload(64, 'x');
  for (size_t i = 0; i < count; ++i) {
    now += random() % 50 == 0 ? random() % 40 * kSecond : random() % 2000 * kMicrosecond;
    Talk talk;
    talk.client_port = static_cast<uint16_t>(1 + random() % 200);
    talk.protocol = random() % 3 == 0 ? Protocol::kUdp : Protocol::kTcp;
    constexpr uint8_t kFlags[] = {kSyn, kSyn | kAck, kAck, kAck, kAck, kFin | kAck, kRst};
    packets.push_back(talk.Tcp(now, random() % 2 == 0, kFlags[random() % 7], random() % 4 * 64,
                               random() % 4 * 64,
                               std::string_view(kPayload).substr(0, random() % 64)));
  }
  return packets;
}

TEST(FlowTableTest, TheSizeOfABatchMakesNoDifference) {
  const std::vector<Packet> packets = Traffic(6000, 9);
  std::vector<std::string> expected;
  for (const size_t batch :
       {size_t{1}, size_t{2}, size_t{7}, size_t{16}, size_t{61}, packets.size()}) {
    FlowOptions options = Options();
    options.capacity = 150;
    options.hash_seed = batch;  // neither does the seed
    FlowTable table(options);
    std::vector<std::string> views;
    for (size_t at = 0; at < packets.size(); at += batch) {
      table.Add(std::span(packets).subspan(at, std::min(batch, packets.size() - at)));
    }
    for (const FlowView& view : Views(table, packets.back().time)) views.push_back(Text(view));
    if (expected.empty()) expected = views;
    EXPECT_EQ(views, expected) << "batches of " << batch;
  }
  EXPECT_GT(expected.size(), 100U);
}

TEST(FlowTableTest, NoPacketAndNoByteIsLost) {
  const std::vector<Packet> packets = Traffic(20'000, 4);
  FlowTable table(Options());
  uint64_t bytes = 0;
  uint64_t counted_packets = 0;
  uint64_t counted_bytes = 0;
  const auto count = [&](const FlowView& view) {
    for (const DirectionCounters& counters : view.counters) {
      counted_packets += counters.packets;
      counted_bytes += counters.bytes;
    }
  };
  for (const Packet& packet : packets) {
    bytes += packet.frame_bytes;
    Add(&table, {packet});
    for (const FlowView& view : Changes(&table, packet.time)) {
      if (view.ended) count(view);
    }
  }
  for (const FlowView& view : Views(table, packets.back().time)) count(view);
  EXPECT_EQ(counted_packets, packets.size());
  EXPECT_EQ(counted_bytes, bytes);
}

}  // namespace
}  // namespace rustnet::net
