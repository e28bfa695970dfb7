// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/fragments.h"

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::IsEmpty;

TEST(FragmentsTest, AnyOrderWithOverlapsAndBounds) {
  Fragments fragments;
  EXPECT_TRUE(fragments.Add(4, AsBytes("efg")));
  EXPECT_THAT(fragments.Beginning(), IsEmpty());
  EXPECT_TRUE(fragments.Add(0, AsBytes("ab")));
  EXPECT_EQ(AsText(fragments.Beginning()), "ab");
  EXPECT_TRUE(fragments.Add(1, AsBytes("bcde")));
  EXPECT_EQ(AsText(fragments.Beginning()), "abcdefg");
  EXPECT_FALSE(fragments.Add(Fragments::kMostBytes, AsBytes("x")));
  EXPECT_FALSE(fragments.Add(~uint64_t{0}, AsBytes("x")));
  for (size_t i = 1; i < Fragments::kMostRanges; ++i) {
    EXPECT_TRUE(fragments.Add(10 + 2 * i, AsBytes("x")));
  }
  EXPECT_FALSE(fragments.Add(1000, AsBytes("x")));
}

}  // namespace
}  // namespace rustnet::net
