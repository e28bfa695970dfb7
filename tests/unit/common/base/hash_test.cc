// SPDX-License-Identifier: Apache-2.0
#include "common/base/hash.h"

#include <gtest/gtest.h>

#include <bitset>
#include <set>

namespace rustnet {
namespace {

TEST(MixHashTest, OneBitChangesAboutHalfOfTheResult) {
  double changed = 0;
  int pairs = 0;
  for (uint64_t value = 1; value < 200; ++value) {
    for (int bit = 0; bit < 64; ++bit) {
      const uint64_t a = MixHash(value * 0x1234567, value);
      const uint64_t b = MixHash(value * 0x1234567 ^ uint64_t{1} << bit, value);
      changed += static_cast<double>(std::bitset<64>(a ^ b).count());
      ++pairs;
    }
  }
  EXPECT_GT(changed / pairs, 28);
  EXPECT_LT(changed / pairs, 36);
}

TEST(MixHashTest, CountingUpSpreadsOverTheLowBits) {
  std::set<uint64_t> buckets;
  for (uint64_t i = 0; i < 1'000; ++i) buckets.insert(MixHash(i, 0) % 1024);
  EXPECT_GT(buckets.size(), 550u);  // at random 1024 (1 - e^-0.98) = 639
}

}  // namespace
}  // namespace rustnet
