// SPDX-License-Identifier: Apache-2.0
// The filter language: what matches, what is refused and where.
#include "common/model/filter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "common/base/text.h"
#include "tests/unit/common/model/filter_samples.h"

namespace rustnet::model {
namespace {

TEST(FilterTest, Matches) {
  for (const Case& c : kMatches) {
    EXPECT_EQ(Matching(c.text), c.matches) << c.text;
  }
}

TEST(FilterTest, ErrorsSayWhereAndWhat) {
  for (const Case& c : kErrors) EXPECT_EQ(Matching(c.text), c.matches) << c.text;
}

TEST(FilterTest, WithoutUsersOnlyNumbers) {
  FilterError error;
  EXPECT_EQ(Filter::Parse("user:alice", &error), nullptr);
  EXPECT_EQ(error.sentence, "user: 'alice' is not a number, and names are not known here");
  const auto filter = Filter::Parse("user:1000", &error);
  ASSERT_NE(filter, nullptr);
  EXPECT_TRUE(filter->Matches(Browser(), kNow));
}

TEST(FilterTest, CanonicalIsOneWay) {
  for (const Case& c : kCanonical) {
    FilterError error;
    const auto filter = Parse(c.text, &error);
    ASSERT_NE(filter, nullptr) << c.text << ": " << error.sentence;
    EXPECT_EQ(filter->Canonical(), c.matches) << c.text;
    const auto again = Parse(filter->Canonical(), &error);
    ASSERT_NE(again, nullptr) << c.text << ": " << error.sentence;
    EXPECT_EQ(again->Canonical(), c.matches) << c.text;
  }
}

TEST(FilterTest, SaysWhatItReads) {
  const auto reads = [](const char* text) {
    FilterError error;
    const auto filter = Parse(text, &error);
    return std::string(filter->reads_counters() ? "c" : "") + (filter->reads_age() ? "a" : "");
  };
  EXPECT_EQ(reads(""), "");
  EXPECT_EQ(reads("port:443 process:x not dst:10/8"), "");
  EXPECT_EQ(reads("rtt>5"), "c");
  EXPECT_EQ(reads("port:1 or (not down>5)"), "c");
  EXPECT_EQ(reads("state:established"), "c");
  EXPECT_EQ(reads("word"), "c");
  EXPECT_EQ(reads("age<5m"), "a");
  EXPECT_EQ(reads("idle>5m"), "ca");
}

TEST(FilterTest, BoundsHold) {
  FilterError error;
  EXPECT_EQ(Parse(std::string(4'000, '('), &error), nullptr);
  EXPECT_EQ(error.sentence, "nested more than 64 deep");
  EXPECT_EQ(Parse(std::string(4'000, '-'), &error), nullptr);
  EXPECT_EQ(error.sentence, "nested more than 64 deep");
  std::string nots;
  for (int i = 0; i < 1'000; ++i) nots += "not ";
  EXPECT_EQ(Parse(nots, &error), nullptr);
  EXPECT_EQ(Parse(std::string(5'000, 'a'), &error), nullptr);
  EXPECT_EQ(error.sentence, "the filter is longer than 4096 bytes");
  std::string regexes;
  for (int i = 0; i < 33; ++i) regexes += "/a/ ";
  EXPECT_EQ(Parse(regexes, &error), nullptr);
  EXPECT_EQ(error.sentence, "more than 32 regular expressions");
  EXPECT_EQ(error.offset, 32u * 4);
}

TEST(FilterTest, EveryKeyIsNamedOnceAndExplained) {
  std::vector<std::string_view> names;
  for (const FilterKey& key : FilterKeys()) {
    EXPECT_FALSE(key.help.empty()) << key.name;
    names.push_back(key.name);
    names.insert(names.end(), key.aliases.begin(), key.aliases.end());
  }
  for (const std::string_view name : names) {
    EXPECT_EQ(std::count(names.begin(), names.end(), name), 1) << name;
    EXPECT_EQ(ToLower(name), name);
  }
  for (const std::string_view wanted :
       {"port",    "sport", "dport", "src",   "dst",   "proto",   "process",   "service",
        "sni",     "host",  "app",   "state", "pod",   "ns",      "container", "pid",
        "runtime", "ssh",   "exe",   "user",  "uid",   "country", "asn",       "mac",
        "dir",     "rtt",   "down",  "up",    "total", "rate",    "bytes",     "age",
        "iface",   "vlan",  "unit",  "ja4",   "alert", "historic"}) {
    EXPECT_EQ(std::count(names.begin(), names.end(), wanted), 1) << wanted;
  }
}

}  // namespace
}  // namespace rustnet::model
