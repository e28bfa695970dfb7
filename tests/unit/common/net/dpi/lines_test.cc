// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustnet::net {
namespace {

std::vector<std::string> Read(const std::vector<std::string>& pieces, size_t longest,
                              uint32_t* dropped = nullptr) {
  const FactLimits limits;
  Facts facts(&limits);
  Lines lines(longest);
  std::vector<std::string> read;
  for (const std::string& piece : pieces) {
    Bytes bytes = AsBytes(piece);
    std::string_view line;
    while (lines.Next(&bytes, &line, &facts)) read.emplace_back(line);
    EXPECT_TRUE(bytes.empty());
  }
  if (dropped != nullptr) *dropped = facts.dropped();
  return read;
}

TEST(LinesTest, WhereverTheyAreCut) {
  const std::string text = "one\r\n\ntwo\n\rthree\r\nfour";
  const std::vector<std::string> wanted = {"one", "", "two", "\rthree"};
  EXPECT_EQ(Read({text}, 100), wanted);
  for (size_t at = 1; at < text.size(); ++at) {
    EXPECT_EQ(Read({text.substr(0, at), text.substr(at)}, 100), wanted) << at;
  }
}

TEST(LinesTest, LongLinesAreCutOnceAndCounted) {
  uint32_t dropped = 0;
  EXPECT_THAT(Read({"abcdefgh\nxy\n"}, 4, &dropped), testing::ElementsAre("abcd", "xy"));
  EXPECT_EQ(dropped, 1u);
  EXPECT_THAT(Read({"abc", "def", "gh\n", "xy\n"}, 4, &dropped),
              testing::ElementsAre("abcd", "xy"));
  EXPECT_EQ(dropped, 1u);
}

TEST(LinesTest, Words) {
  std::string_view rest = "GET /a b";
  EXPECT_EQ(TakeWord(&rest), "GET");
  EXPECT_EQ(TakeWord(&rest), "/a");
  EXPECT_EQ(TakeWord(&rest), "b");
  EXPECT_EQ(TakeWord(&rest), "");
  EXPECT_EQ(Trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(Trimmed(" \t "), "");
}

}  // namespace
}  // namespace rustnet::net
