// SPDX-License-Identifier: Apache-2.0
// What holds for every filter: no prefix breaks the parser, and the canonical text means the same.
#include <gtest/gtest.h>

#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "common/model/filter.h"
#include "tests/unit/common/model/filter_samples.h"

namespace rustnet::model {
namespace {

TEST(FilterPropertyTest, EveryPrefixOfEverySampleIsSafe) {
  std::vector<Case> cases(std::begin(kMatches), std::end(kMatches));
  cases.insert(cases.end(), std::begin(kErrors), std::end(kErrors));
  cases.insert(cases.end(), std::begin(kCanonical), std::end(kCanonical));
  for (const Case& c : cases) {
    const std::string_view whole = c.text;
    for (size_t n = 0; n <= whole.size(); ++n) {
      const std::string heap(whole.substr(0, n));
      FilterError error;
      const auto filter = Parse(heap, &error);
      if (filter == nullptr) {
        EXPECT_LE(error.offset, heap.size()) << heap;
        EXPECT_FALSE(error.sentence.empty()) << heap;
        continue;
      }
      for (const Connection& row : Rows()) {
        EXPECT_EQ(filter->Matches(row, kNow), filter->Matches(row, kNow));
      }
    }
  }
}

// A random filter of the samples' terms.
std::string Random(std::mt19937* rng, int depth) {
  const auto pick = [rng](size_t n) { return (*rng)() % n; };
  if (depth == 0 || pick(3) == 0) {
    return "(" + std::string(kMatches[2 + pick(std::size(kMatches) - 2)].text) + ")";
  }
  switch (pick(3)) {
    case 0:
      return "not " + Random(rng, depth - 1);
    case 1:
      return "(" + Random(rng, depth - 1) + " or " + Random(rng, depth - 1) + ")";
    default:
      return Random(rng, depth - 1) + " " + Random(rng, depth - 1);
  }
}

TEST(FilterPropertyTest, TheCanonicalTextMeansTheSame) {
  std::mt19937 rng(1);
  for (int i = 0; i < 3'000; ++i) {
    const std::string text = Random(&rng, 4);
    FilterError error;
    const auto filter = Parse(text, &error);
    ASSERT_NE(filter, nullptr) << text << ": " << error.sentence;
    const std::string canonical = filter->Canonical();
    const auto again = Parse(canonical, &error);
    ASSERT_NE(again, nullptr) << canonical << ": " << error.sentence;
    EXPECT_EQ(again->Canonical(), canonical) << text;
    for (const Connection& row : Rows()) {
      EXPECT_EQ(filter->Matches(row, kNow), again->Matches(row, kNow)) << text << "\n" << canonical;
    }
  }
}

}  // namespace
}  // namespace rustnet::model
