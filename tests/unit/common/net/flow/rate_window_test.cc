// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/rate_window.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

TEST(RateWindowTest, ABurstShowsAtOnceAndIsGoneAfterASecond) {
  RateWindow window;
  window.Add(50, 0, 1500);
  EXPECT_EQ(window.At(50, 0)[0], 1500U);
  EXPECT_EQ(window.At(50, 0)[1], 0U);
  EXPECT_EQ(window.At(53, kTickLength - 1)[0], 1500U);
  EXPECT_EQ(window.At(54, kTickLength / 2)[0], 750U);
  EXPECT_EQ(window.At(55, 0)[0], 0U);
  EXPECT_FALSE(window.Silent(54));
  EXPECT_TRUE(window.Silent(55));
}

TEST(RateWindowTest, ASteadyFlowShowsItsRate) {
  RateWindow window;
  for (uint32_t tick = 0; tick < 100; ++tick) window.Add(tick, 1, 1000);
  EXPECT_EQ(window.At(100, 0)[1], 4000U);
  // Bytes come evenly: half of the newest bucket is there when half of its time has passed.
  window.Add(100, 1, 500);
  EXPECT_EQ(window.At(100, kTickLength / 2)[1], 4000U);
}

TEST(RateWindowTest, AgreesWithASumOverAllPackets) {
  Random rng(3);
  RateWindow window;
  std::map<uint32_t, uint64_t> bytes;  // by tick
  uint32_t tick = 0;
  for (int step = 0; step < 20'000; ++step) {
    if (rng() % 3 == 0) tick += rng() % 20 == 0 ? rng() % 20 : 1;
    const uint32_t size = rng() % 1500;
    window.Add(tick, 0, size);
    bytes[tick] += size;
    const uint32_t ahead = tick + rng() % 8;
    uint64_t expected = 0;
    for (const auto& [at, sum] : bytes) {
      if (at + 4 > ahead && at <= ahead) expected += sum;
    }
    // At the very end of a tick nothing of the fifth bucket is left within the second.
    ASSERT_EQ(window.At(ahead, kTickLength)[0], expected) << step;
  }
}

TEST(RateWindowTest, ABucketSaturates) {
  RateWindow window;
  for (int i = 0; i < 3; ++i) window.Add(1, 0, UINT32_MAX / 2);
  EXPECT_EQ(window.At(1, 0)[0], UINT32_MAX);
}

}  // namespace
}  // namespace rustnet::net
