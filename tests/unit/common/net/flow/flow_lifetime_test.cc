// SPDX-License-Identifier: Apache-2.0
// How flows begin and end: generations of one tuple, timeouts, eviction.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "common/net/flow/flow_table.h"
#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

// A SYN after the end of a connection is a new flow.
class GenerationTest : public testing::TestWithParam<std::vector<std::pair<bool, uint8_t>>> {};

TEST_P(GenerationTest, ASynOnAClosingTupleBeginsANewFlow) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kSyn, 0, 0), talk.Tcp(kStart, false, kSyn | kAck, 0, 1),
               talk.Tcp(kStart, true, kAck, 1, 1)});
  size_t packets = 3;
  for (const auto& [client, flags] : GetParam()) {
    Add(&table, {talk.Tcp(kStart, client, flags, 1, 1)});
    ++packets;
  }
  const uint64_t old_id = Changes(&table, kStart).at(0).id;
  Add(&table, {talk.Tcp(kStart + 1, true, kSyn, 5000, 0)});
  const std::vector<FlowView> views = Changes(&table, kStart + 1);
  ASSERT_EQ(views.size(), 2U);
  EXPECT_EQ(views[0].id, old_id);
  EXPECT_TRUE(views[0].ended);
  EXPECT_EQ(views[0].counters[0].packets + views[0].counters[1].packets, packets);
  EXPECT_NE(views[1].id, old_id);
  EXPECT_FALSE(views[1].ended);
  EXPECT_EQ(views[1].tcp, TcpState::kSynSent);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_TRUE(Changes(&table, kStart + 1).empty());
}

INSTANTIATE_TEST_SUITE_P(Ends, GenerationTest,
                         testing::Values(std::vector<std::pair<bool, uint8_t>>{{true, kRst}},
                                         std::vector<std::pair<bool, uint8_t>>{{true, kFin | kAck}},
                                         std::vector<std::pair<bool, uint8_t>>{
                                             {true, kFin | kAck}, {false, kFin | kAck}}));

TEST(FlowLifetimeTest, ASynCapturedTwiceOrRepeatedIsTheSameFlow) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kSyn, 7, 0), talk.Tcp(kStart + kSecond, true, kSyn, 7, 0),
               talk.Tcp(kStart + kSecond, false, kSyn | kAck, 0, 8),
               talk.Tcp(kStart + kSecond, true, kFin | kAck, 8, 1),
               talk.Tcp(kStart + kSecond, true, kSyn, 7, 0)});
  EXPECT_EQ(table.counters().flows_created, 1U);
}

TEST(FlowLifetimeTest, ARefusedSynTriedAgainIsTheSameAttempt) {
  FlowTable table(Options());
  const Talk talk;
  for (int i = 0; i < 3; ++i) {
    const Time now = kStart + i * kSecond;
    Add(&table, {talk.Tcp(now, true, kSyn, 7, 0)});
    EXPECT_EQ(Views(table, now).at(0).tcp, TcpState::kSynSent);
    Add(&table, {talk.Tcp(now, false, kRst | kAck, 0, 8)});
    EXPECT_EQ(Views(table, now).at(0).tcp, TcpState::kReset);
  }
  EXPECT_EQ(table.counters().flows_created, 1U);
  EXPECT_EQ(Views(table, kStart).at(0).metrics.retransmissions, 2U);
  Add(&table, {talk.Tcp(kStart + 4 * kSecond, true, kSyn, 8, 0)});
  EXPECT_EQ(table.counters().flows_created, 2U);
}

TEST(FlowLifetimeTest, ASynAckCapturedAfterAFinIsOfTheSameFlow) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kSyn, 7, 0), talk.Tcp(kStart, true, kFin, 8, 0),
               talk.Tcp(kStart, false, kSyn | kAck, 90, 8)});
  EXPECT_EQ(table.counters().flows_created, 1U);
  // One that accepts another SYN, which was not captured.
  Add(&table,
      {talk.Tcp(kStart, true, kRst, 8, 0), talk.Tcp(kStart, false, kSyn | kAck, 90'000, 5008)});
  EXPECT_EQ(table.counters().flows_created, 2U);
}

TEST(FlowLifetimeTest, ASynAmidAConnectionEndsItOnlyIfAccepted) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kSyn, 0, 0), talk.Tcp(kStart, false, kSyn | kAck, 100, 1),
               talk.Tcp(kStart, true, kAck, 1, 101),
               talk.Tcp(kStart, true, kSyn, 900'000, 0)});  // forged, or a peer that restarted
  EXPECT_EQ(table.counters().flows_created, 1U);
  EXPECT_EQ(Views(table, kStart)[0].tcp, TcpState::kEstablished);
  Add(&table, {talk.Tcp(kStart, false, kSyn | kAck, 77'000, 900'001)});
  EXPECT_EQ(table.counters().flows_created, 2U);
  const std::vector<FlowView> views = Views(table, kStart);
  EXPECT_TRUE(views[0].ended);
  EXPECT_EQ(views[1].port(Direction::kForward), talk.client_port);
}

TEST(FlowLifetimeTest, LateTeardownPacketsAreOfTheOldFlow) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kAck, 1, 1), talk.Tcp(kStart, true, kFin | kAck, 1, 1),
               talk.Tcp(kStart, false, kFin | kAck, 1, 2), talk.Tcp(kStart, true, kAck, 2, 2),
               talk.Tcp(kStart + kSecond, false, kAck, 2, 2),
               talk.Tcp(kStart + kSecond, false, kFin | kAck, 1, 2),
               talk.Tcp(kStart + kSecond, true, kRst, 2, 0)});
  EXPECT_EQ(table.counters().flows_created, 1U);
  EXPECT_EQ(Views(table, kStart)[0].counters[1].packets, 3U);
}

struct TimeoutCase {
  const char* name;
  Protocol protocol;
  std::vector<std::pair<bool, uint8_t>> packets;  // from the client?, TCP flags
  int seconds;
};

const TimeoutCase kTimeouts[] = {
    {"Syn", Protocol::kTcp, {{true, kSyn}}, 60},
    {"Established", Protocol::kTcp, {{true, kAck}}, 300},
    {"Fin", Protocol::kTcp, {{true, kFin | kAck}}, 60},
    {"CrossedFins", Protocol::kTcp, {{true, kFin | kAck}, {false, kFin | kAck}}, 30},
    {"Reset", Protocol::kTcp, {{true, kAck}, {true, kRst}}, 15},
    {"Udp", Protocol::kUdp, {{true, 0}}, 60},
    {"Icmp", Protocol::kIcmp, {{true, 0}}, 10},
    {"Igmp", Protocol::kIgmp, {{true, 0}}, 10},
    {"Arp", Protocol::kArp, {{true, 0}}, 30},
    {"Sctp", Protocol::kSctp, {{true, 0}, {false, 0}}, 180},
};

TEST(FlowLifetimeTest, ASilentFlowEndsWithinTwoSecondsAfterItsTimeout) {
  for (const TimeoutCase& c : kTimeouts) {
    for (const Duration offset : {Duration{0}, 555 * kMillisecond, 999 * kMillisecond}) {
      FlowTable table(Options());
      // Something before it, so that its seconds are not those of the table.
      table.Advance(kStart);
      const Time at = kStart + 5 * kSecond + offset;
      const Talk talk{.protocol = c.protocol};
      for (const auto& [client, flags] : c.packets) {
        Add(&table, {talk.Tcp(at, client, flags, 1, 1)});
      }
      Changes(&table, at);
      table.Advance(at + (c.seconds - 1) * kSecond);
      EXPECT_EQ(table.size(), 1U) << c.name;
      table.Advance(at + (c.seconds + 2) * kSecond);
      EXPECT_EQ(table.size(), 0U) << c.name;
      const std::vector<FlowView> views = Changes(&table, at + (c.seconds + 2) * kSecond);
      ASSERT_EQ(views.size(), 1U) << c.name;
      EXPECT_TRUE(views[0].ended) << c.name;
      EXPECT_EQ(views[0].rate[0], 0U) << c.name;
      EXPECT_EQ(views[0].last, at) << c.name;
    }
  }
}

TEST(FlowLifetimeTest, APacketPutsTheEndOff) {
  FlowTable table(Options());
  const Talk talk{.protocol = Protocol::kUdp};
  for (int i = 0; i < 10; ++i) Add(&table, {talk.Make(kStart + i * 50 * kSecond, i % 2 == 0)});
  EXPECT_EQ(table.counters().flows_created, 1U);
}

TEST(FlowLifetimeTest, AnEndComesAlsoAfterYearsOfSilence) {
  FlowTable table(Options());
  Add(&table, {Talk{}.Tcp(kStart, true, kAck, 1, 1)});
  Add(&table, {Talk{.client_port = 9}.Tcp(kStart + 100'000'000 * kSecond, true, kAck, 1, 1)});
  EXPECT_EQ(table.size(), 1U);
  table.Advance(kStart + 100'000'310 * kSecond);
  EXPECT_EQ(table.size(), 0U);
}

TEST(FlowLifetimeTest, TicksThatWrapDoNoHarm) {
  // From five seconds after 1970, as a camera without a clock would have it, to today and on: more
  // than 2^32 ticks of 250 ms.
  FlowTable table(Options());
  Add(&table, {Talk{.client_port = 1}.Tcp(5 * kSecond, true, kAck, 1, 1)});
  const Time before = 5 * kSecond + Time{UINT32_MAX} * 250 * kMillisecond - 100 * kSecond;
  Add(&table, {Talk{.client_port = 2}.Tcp(before, true, kAck, 1, 1)});
  EXPECT_EQ(table.size(), 1U);
  table.Advance(before + 200 * kSecond);
  Add(&table, {Talk{.client_port = 3}.Tcp(before + 200 * kSecond, true, kAck, 1, 1)});
  EXPECT_EQ(table.size(), 2U);
  table.Advance(before + 303 * kSecond);
  EXPECT_EQ(table.size(), 1U);
  table.Advance(before + 503 * kSecond);
  EXPECT_EQ(table.size(), 0U);
}

TEST(FlowLifetimeTest, TheLeastRecentlySeenMakesRoom) {
  // Against a plain list, with capacities from one up and touches in random order.
  for (const uint32_t capacity : {1U, 2U, 3U, 40U, 500U}) {
    FlowOptions options = Options();
    options.capacity = capacity;
    FlowTable table(options);
    Random random(capacity);
    std::map<uint16_t, Time> seen;  // by port
    uint64_t evicted = 0;
    for (int step = 0; step < 5000; ++step) {
      const auto port = static_cast<uint16_t>(1 + random() % (capacity + capacity / 2 + 1));
      const Time now = kStart + step * kMillisecond;
      if (!seen.contains(port) && seen.size() == capacity) {
        auto oldest = seen.begin();
        for (auto it = seen.begin(); it != seen.end(); ++it) {
          if (it->second < oldest->second) oldest = it;
        }
        seen.erase(oldest);
        ++evicted;
      }
      seen[port] = now;
      Add(&table, {Talk{.client_port = port}.Tcp(now, true, kAck, 1, 1)});
      std::set<uint16_t> ports;
      if (step % 100 != 0) continue;
      for (const FlowView& view : Views(table, now)) {
        if (!view.ended) ports.insert(view.port(Direction::kForward));
      }
      ASSERT_EQ(ports.size(), seen.size());
      for (const auto& [p, time] : seen) ASSERT_TRUE(ports.contains(p)) << capacity;
      Changes(&table, now);
    }
    EXPECT_EQ(table.counters().flows_evicted, evicted);
    EXPECT_GT(evicted, 0U);
  }
}

TEST(FlowLifetimeTest, EndsThatNobodyTakesAreBoundedAndCounted) {
  FlowOptions options = Options();
  options.capacity = 10;
  FlowTable table(options);
  for (uint16_t port = 1; port <= 100; ++port) {
    Add(&table, {Talk{.client_port = port}.Tcp(kStart + port, true, kAck, 1, 1)});
  }
  EXPECT_EQ(table.counters().flows_evicted, 90U);
  EXPECT_EQ(table.counters().ends_unreported, 80U);
  EXPECT_EQ(Views(table, kStart + 100).size(), 20U);
  EXPECT_EQ(Changes(&table, kStart + 100).size(), 20U);
}

}  // namespace
}  // namespace rustnet::net
