// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/flow_index.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

TEST(FlowIndexTest, AgreesWithAMapOverManyRemovals) {
  Random rng(1);
  FlowIndex index;
  std::map<uint32_t, uint32_t> hash_of;  // by number
  for (uint32_t step = 0; step < 200'000; ++step) {
    const bool grow = hash_of.size() < 100 || (hash_of.size() < 3000 && rng() % 2 == 0);
    if (grow) {
      // Few distinct hashes at the end of the table: long runs that wrap around.
      const uint32_t hash = rng() % 4 == 0 ? 0xFFFFFFF0U + rng() % 16 : rng();
      index.Insert(hash, step);
      hash_of[step] = hash;
    } else {
      auto it = hash_of.lower_bound(rng() % step);
      if (it == hash_of.end()) it = hash_of.begin();
      index.Remove(it->second, it->first);
      hash_of.erase(it);
    }
    ASSERT_EQ(index.size(), hash_of.size());
    if (step % 997 != 0) continue;
    for (const auto& [number, hash] : hash_of) {
      ASSERT_EQ(index.Find(hash, [n = number](uint32_t other) { return other == n; }), number);
    }
  }
  const uint32_t absent = index.Find(0xFFFFFFF1U, [](uint32_t) { return false; });
  EXPECT_EQ(absent, kNoNumber);
}

TEST(FlowIndexTest, TheSeedChangesWhichKeysMeet) {
  FlowKey a;
  FlowKey b;
  a.port = {1, 2};
  b.port = {1, 3};
  EXPECT_NE(KeyedHash(a, 1), KeyedHash(a, 2));
  EXPECT_NE(KeyedHash(a, 1), KeyedHash(b, 1));
}

TEST(FlowIndexTest, EveryByteOfTheKeyCounts) {
  const FlowKey key;
  for (size_t bit = 0; bit < sizeof(FlowKey) * 8; ++bit) {
    std::array<uint8_t, sizeof(FlowKey)> bytes;
    __builtin_memcpy(bytes.data(), &key, sizeof key);
    bytes[bit / 8] ^= static_cast<uint8_t>(1U << bit % 8);
    FlowKey other;
    __builtin_memcpy(&other, bytes.data(), sizeof other);
    EXPECT_NE(KeyedHash(key, 7), KeyedHash(other, 7)) << "bit " << bit;
  }
}

}  // namespace
}  // namespace rustnet::net
