// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/facts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustnet::net {
namespace {

constexpr Field kName{"name"};
constexpr Field kSecret{"password", true};
constexpr Field kNumber{"number", false, true};

std::vector<std::string> Texts(const Facts& facts) {
  std::vector<std::string> texts;
  for (const Fact& fact : facts.All()) {
    texts.push_back(std::string(fact.field->name) + "=" + std::string(fact.value));
  }
  return texts;
}

TEST(FactsTest, DistinctValuesInOrder) {
  const FactLimits limits;
  Facts facts(&limits);
  facts.Add(kName, "b");
  facts.Add(kName, "a");
  facts.Add(kName, "b");
  facts.AddNumber(kNumber, 18446744073709551615ULL);
  facts.Add(kName, "");
  EXPECT_THAT(Texts(facts),
              testing::ElementsAre("name=b", "name=a", "number=18446744073709551615"));
  EXPECT_EQ(facts.revision(), 3u);
  EXPECT_EQ(facts.First("name"), "b");
  EXPECT_EQ(facts.First("other"), "");
  EXPECT_TRUE(facts.Has(kNumber));
  EXPECT_FALSE(facts.Has(kSecret));
  EXPECT_EQ(facts.dropped(), 0u);
}

TEST(FactsTest, LimitsAreKeptAndCounted) {
  const FactLimits limits{.values_per_field = 2, .bytes_per_value = 4, .bytes_per_flow = 9};
  Facts facts(&limits);
  facts.Add(kName, "aaaa");
  EXPECT_EQ(facts.dropped(), 0u);
  facts.Add(kName, "bbbbb");  // cut
  EXPECT_EQ(facts.dropped(), 1u);
  facts.Add(kName, "c");  // a third value
  EXPECT_EQ(facts.dropped(), 2u);
  facts.Add(kNumber, "12");  // ten bytes
  EXPECT_EQ(facts.dropped(), 3u);
  facts.Add(kNumber, "1");
  EXPECT_THAT(Texts(facts), testing::ElementsAre("name=aaaa", "name=bbbb", "number=1"));
  EXPECT_EQ(facts.dropped(), 3u);
}

TEST(FactsTest, TheLastAreForgotten) {
  const FactLimits limits{.bytes_per_flow = 6};
  Facts facts(&limits);
  facts.Add(kName, "aa");
  facts.Add(kName, "bb");
  facts.Add(kNumber, "12");
  facts.Truncate(3);
  EXPECT_EQ(facts.revision(), 3u);
  facts.Truncate(1);
  EXPECT_EQ(facts.revision(), 4u);
  EXPECT_THAT(Texts(facts), testing::ElementsAre("name=aa"));
  facts.Add(kNumber, "34");  // there is room again
  facts.Add(kName, "bb");
  EXPECT_THAT(Texts(facts), testing::ElementsAre("name=aa", "number=34", "name=bb"));
  EXPECT_EQ(facts.dropped(), 0u);
}

TEST(FactsTest, ACutNeverSplitsACharacter) {
  const FactLimits limits{.bytes_per_value = 4};
  Facts facts(&limits);
  facts.Add(kName, "abc\u00e4");
  facts.Add(kName, "ab\u00e4");
  EXPECT_THAT(Texts(facts), testing::ElementsAre("name=abc", "name=ab\u00e4"));
}

TEST(FactsTest, SecretsAreNotEvenStored) {
  const FactLimits limits;
  Facts facts(&limits);
  facts.Add(kSecret, "hunter2");
  EXPECT_TRUE(facts.empty());
  EXPECT_EQ(facts.withheld(), 1u);
  EXPECT_EQ(facts.revision(), 0u);

  const FactLimits shown{.show_secrets = true};
  Facts open(&shown);
  open.Add(kSecret, "hunter2");
  EXPECT_EQ(open.First("password"), "hunter2");
}

TEST(FactsTest, TextIsPrintable) {
  const FactLimits limits;
  Facts facts(&limits);
  facts.Add(kName, std::string_view("a\0b\x1b\xff", 5));
  EXPECT_EQ(facts.First("name"), "a\u2400b\u241b\ufffd");
  facts.Add(kNumber, "\u202e");  // nothing is left of it
  EXPECT_FALSE(facts.Has(kNumber));
}

TEST(FactsTest, LargeValuesOffline) {
  const FactLimits limits{
      .values_per_field = 200, .bytes_per_value = 8192, .bytes_per_flow = 65536};
  Facts facts(&limits);
  facts.Add(kName, std::string(8192, 'x'));
  EXPECT_EQ(facts.First("name").size(), 8192u);
  facts.Add(kName, std::string(100'000, '\x01'));  // three bytes each
  EXPECT_EQ(facts.All()[1].value.size(), 8190u);
  EXPECT_EQ(facts.dropped(), 1u);
}

}  // namespace
}  // namespace rustnet::net
