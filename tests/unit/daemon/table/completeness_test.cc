// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/completeness.h"

#include <gtest/gtest.h>

#include <random>

namespace rustnet {
namespace {

constexpr Time kNow = Time{1'700'000'000} * kSecond;
constexpr Completeness::Known kExact = {Quality::kExact, NoOwner::kUnspecified};
constexpr Completeness::Known kPending = {Quality::kNone, NoOwner::kPending};

TEST(CompletenessTest, NothingIsNothing) {
  const Completeness completeness;
  const CompletenessReport report = completeness.LastMinute(kNow);
  EXPECT_EQ(report.local(), 0U);
  EXPECT_TRUE(report.counts.empty());
  EXPECT_FALSE(report.p50.has_value());
}

struct Case {
  Completeness::Known known;
  uint64_t CompletenessReport::*where;
};
constexpr Case kCases[] = {
    {{Quality::kExact, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kHandoff, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kListenerInherited, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kScanned, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kUidOnly, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kNetnsUnique, NoOwner::kUnspecified}, &CompletenessReport::attributed},
    {{Quality::kKernel, NoOwner::kKernel}, &CompletenessReport::kernel},
    {{Quality::kNone, NoOwner::kPending}, &CompletenessReport::pending},
    {{Quality::kNone, NoOwner::kNotLocal}, &CompletenessReport::not_local},
    {{Quality::kNone, NoOwner::kForwarded}, &CompletenessReport::not_local},
    {{Quality::kNone, NoOwner::kReplay}, &CompletenessReport::not_local},
    {{Quality::kNone, NoOwner::kSocketClosedBeforeStart}, &CompletenessReport::unknown},
    {{Quality::kNone, NoOwner::kOtherNetns}, &CompletenessReport::unknown},
    {{Quality::kNone, NoOwner::kLostEvent}, &CompletenessReport::unknown},
    {{Quality::kNone, NoOwner::kBackendLimit}, &CompletenessReport::unknown},
};

TEST(CompletenessTest, EachKindCountsWhereItBelongs) {
  for (const Case& c : kCases) {
    Completeness completeness;
    completeness.Add(kNow, c.known, kNow);
    for (const CompletenessReport& report :
         {completeness.LastMinute(kNow), completeness.SinceStart()}) {
      EXPECT_EQ(report.*c.where, 1U);
      EXPECT_EQ(
          report.attributed + report.unknown + report.not_local + report.kernel + report.pending,
          1U);
      ASSERT_EQ(report.counts.size(), 1U);
      EXPECT_EQ(report.counts[0].quality, c.known.quality);
      EXPECT_EQ(report.counts[0].reason, c.known.reason);
    }
  }
}

TEST(CompletenessTest, AnEndMovesInTheMomentWhenItBegan) {
  Completeness completeness;
  completeness.Add(kNow, kPending, kNow);
  completeness.Change(kNow, kPending, kExact, kNow + 50 * kSecond);
  EXPECT_EQ(completeness.LastMinute(kNow + 50 * kSecond).pending, 0U);
  EXPECT_EQ(completeness.LastMinute(kNow + 50 * kSecond).attributed, 1U);
  EXPECT_EQ(completeness.LastMinute(kNow + 66 * kSecond).attributed, 0U);
  EXPECT_EQ(completeness.SinceStart().attributed, 1U);
  // Too old for the minute: the sum alone knows.
  completeness.Add(kNow, kPending, kNow + 100 * kSecond);
  completeness.Change(kNow, kPending, kExact, kNow + 101 * kSecond);
  EXPECT_EQ(completeness.LastMinute(kNow + 101 * kSecond).local(), 0U);
  EXPECT_EQ(completeness.SinceStart().attributed, 2U);
}

TEST(CompletenessTest, DelaysAreToldWithinAnEighth) {
  for (const Duration delay : {Duration{0}, Duration{3}, Duration{8}, Duration{15}, Duration{16},
                               Duration{100}, Duration{999}, Duration{60'000}}) {
    Completeness completeness;
    completeness.Add(kNow, kExact, kNow + delay * kMillisecond);
    const CompletenessReport report = completeness.SinceStart();
    ASSERT_TRUE(report.p50.has_value());
    EXPECT_GT(*report.p50, delay * kMillisecond);
    EXPECT_LE(*report.p50, delay * kMillisecond * 9 / 8 + kMillisecond) << delay;
  }
}

TEST(CompletenessTest, TheWorstOfAHundredIsInTheP99NotInTheP50) {
  Completeness completeness;
  for (int i = 0; i < 98; ++i) completeness.Add(kNow, kExact, kNow + 100 * kMillisecond);
  for (int i = 0; i < 2; ++i) completeness.Add(kNow, kExact, kNow + 5 * kSecond);
  const CompletenessReport report = completeness.LastMinute(kNow + 5 * kSecond);
  EXPECT_LE(*report.p50, 113 * kMillisecond);
  EXPECT_GE(*report.p99, 5 * kSecond);
}

TEST(CompletenessTest, OneOfAThousandIsNotInTheP999AndTwoAre) {
  Completeness completeness;
  for (int i = 0; i < 999; ++i) completeness.Add(kNow, kExact, kNow + 100 * kMillisecond);
  completeness.Add(kNow, kExact, kNow + 5 * kSecond);
  EXPECT_LE(*completeness.SinceStart().p999, 113 * kMillisecond);
  completeness.Add(kNow, kExact, kNow + 5 * kSecond);
  EXPECT_GE(*completeness.SinceStart().p999, 5 * kSecond);
}

TEST(CompletenessTest, ADelayCountsOnceHoweverTheQualityChanges) {
  Completeness completeness;
  completeness.Add(kNow, {Quality::kListenerInherited, NoOwner::kUnspecified}, kNow);
  completeness.Change(kNow, {Quality::kListenerInherited, NoOwner::kUnspecified}, kExact,
                      kNow + 10 * kSecond);
  EXPECT_LE(*completeness.SinceStart().p99, kMillisecond);
}

// Clocks that go back, flows from the future, ends that were never added: nothing is corrupted.
TEST(CompletenessTest, AnyOrderOfTimesIsHarmless) {
  std::mt19937 rng(1);
  Completeness completeness;
  for (int i = 0; i < 20'000; ++i) {
    const auto time = [&] { return kNow + static_cast<Time>(rng() % 400) * kSecond; };
    const Case& a = kCases[rng() % std::size(kCases)];
    const Case& b = kCases[rng() % std::size(kCases)];
    completeness.Add(time(), a.known, time());
    completeness.Change(time() - 1000 * kSecond * (rng() % 2), a.known, b.known, time());
  }
  completeness.Add(-5, kExact, kNow);
  completeness.Add(0, kExact, kNow);
  uint64_t ends = 0;
  for (const AttributionTally& tally : completeness.SinceStart().counts) ends += tally.flows;
  EXPECT_EQ(ends, 20'002U);
}

}  // namespace
}  // namespace rustnet
