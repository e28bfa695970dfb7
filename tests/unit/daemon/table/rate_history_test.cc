// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/rate_history.h"

#include <gtest/gtest.h>

#include <optional>

namespace rustnet {
namespace {

constexpr Time kStart = Time{1'700'000'000} * kSecond;

// The rows' rates, second by second.
class RateHistoryTest : public ::testing::Test {
 protected:
  void Second(uint64_t send, uint64_t receive) {
    now_ += kSecond;
    history_.Sample(now_, [&](RowIndex) { return std::optional(RateSample{now_, send, receive}); });
  }

  RateHistory history_;
  Time now_ = kStart;
};

TEST_F(RateHistoryTest, NoRowNoSamples) {
  Second(1, 1);
  EXPECT_TRUE(history_.Of(7).empty());
  history_.Follow(7);
  EXPECT_TRUE(history_.Of(7).empty());
}

TEST_F(RateHistoryTest, SecondsWithoutMovementAreZero) {
  Second(9, 9);
  history_.Follow(7);
  Second(1, 2);
  Second(0, 0);
  Second(3, 0);
  const auto samples = history_.Of(7);
  ASSERT_EQ(samples.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(samples[i].time, kStart + (2 + Time(i)) * kSecond);
  EXPECT_EQ(samples[0].send_rate, 1u);
  EXPECT_EQ(samples[0].receive_rate, 2u);
  EXPECT_EQ(samples[1].send_rate, 0u);
  EXPECT_EQ(samples[2].send_rate, 3u);
}

TEST_F(RateHistoryTest, OnlyTheLast60Seconds) {
  history_.Follow(7);
  for (uint64_t i = 1; i <= 100; ++i) Second(i, 0);
  const auto samples = history_.Of(7);
  ASSERT_EQ(samples.size(), 60u);
  EXPECT_EQ(samples.front().send_rate, 41u);
  EXPECT_EQ(samples.back().send_rate, 100u);
  EXPECT_EQ(samples.back().time, now_);
}

// A replay's time jumps; a second of which nothing is known is not told as one without movement.
TEST_F(RateHistoryTest, SecondsWithoutASampleAreLeftOut) {
  history_.Follow(7);
  Second(1, 0);
  now_ += 30 * kSecond;
  Second(2, 0);
  auto samples = history_.Of(7);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].time, kStart + kSecond);
  EXPECT_EQ(samples[1].time, kStart + 32 * kSecond);
  now_ += 100 * kSecond;
  Second(3, 0);
  samples = history_.Of(7);
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].send_rate, 3u);
}

TEST_F(RateHistoryTest, ARowThatStandsStillHasNone) {
  history_.Follow(7);
  Second(5, 5);
  for (int i = 0; i < 59; ++i) Second(0, 0);
  EXPECT_EQ(history_.Of(7).size(), 60u);
  Second(0, 0);
  EXPECT_TRUE(history_.Of(7).empty());
  history_.Sample(now_, [](RowIndex) { return std::optional<RateSample>(); });
  EXPECT_EQ(history_.size(), 0u);
}

TEST_F(RateHistoryTest, NoRateIsTooLarge) {
  history_.Follow(7);
  Second(uint64_t{1} << 40, 0);
  EXPECT_EQ(history_.Of(7)[0].send_rate, uint64_t{1} << 40);
}

}  // namespace
}  // namespace rustnet
