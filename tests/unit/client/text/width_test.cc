// SPDX-License-Identifier: Apache-2.0
#include "client/text/width.h"

#include <gtest/gtest.h>

#include <random>

namespace rustnet::client {
namespace {

TEST(WidthTest, CellsOfCharacters) {
  EXPECT_EQ(CharWidth('a'), 1);
  EXPECT_EQ(CharWidth(0xfc), 1);
  EXPECT_EQ(CharWidth(U'…'), 1);
  EXPECT_EQ(CharWidth(U'世'), 2);
  EXPECT_EQ(CharWidth(0x1f600), 2);
  EXPECT_EQ(CharWidth(0xff21), 2);   // fullwidth A
  EXPECT_EQ(CharWidth(0x0301), 0);   // combining acute
  EXPECT_EQ(CharWidth(0x202e), -1);  // right-to-left override
  EXPECT_EQ(CharWidth(0x1b), -1);
  EXPECT_EQ(CharWidth(0x10ffff), -1);
}

TEST(WidthTest, TextsAreCutAtCellsNotBytes) {
  EXPECT_EQ(TextWidth("añ世"), 4);
  EXPECT_EQ(Shorten("registry.example", 16), "registry.example");
  EXPECT_EQ(Shorten("registry.example", 9), "registry…");
  EXPECT_EQ(Shorten("世界世界", 4), "世…");
  EXPECT_EQ(Shorten("abc", 1), "…");
  EXPECT_EQ(Shorten("abc", 0), "");
}

TEST(WidthTest, APortSurvivesShortening) {
  EXPECT_EQ(ShortenKeepingTail("registry.example.org:443", 4, 16), "registry.ex…:443");
  EXPECT_EQ(ShortenKeepingTail("a:443", 4, 16), "a:443");
  EXPECT_EQ(ShortenKeepingTail("registry.example.org:443", 4, 5), "regi…");
}

TEST(WidthTest, LongTextsAreBrokenAtSpaces) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(Wrap("one two", 10, 3), (Lines{"one two"}));
  EXPECT_EQ(Wrap("one two three", 8, 3), (Lines{"one two", "three"}));
  EXPECT_EQ(Wrap("/a/path/without/spaces", 8, 4), (Lines{"/a/path/", "without/", "spaces"}));
  EXPECT_EQ(Wrap("a /path/without/spaces", 8, 4), (Lines{"a /path/", "without/", "spaces"}));
  EXPECT_EQ(Wrap("one two three four", 8, 2), (Lines{"one two", "three f…"}));
  EXPECT_EQ(Wrap("世界世界", 5, 3), (Lines{"世界", "世界"}));
  EXPECT_EQ(Wrap("", 5, 3), (Lines{""}));
}

TEST(WidthTest, WhateverTheBytesNothingIsWiderThanAsked) {
  std::mt19937 rng(3);
  for (int round = 0; round < 5'000; ++round) {
    std::string text(rng() % 24, '\0');
    for (char& c : text) c = static_cast<char>(rng() % 4 == 0 ? rng() % 256 : 'a' + rng() % 26);
    for (int cells = 0; cells < 12; ++cells) {
      ASSERT_LE(TextWidth(Shorten(text, cells)), cells);
      ASSERT_LE(TextWidth(ShortenKeepingTail(text, 4, cells)), cells);
      if (cells < 2) continue;  // of which a wide character needs two
      const std::vector<std::string> lines = Wrap(text, cells, 3);
      ASSERT_LE(lines.size(), 3U);
      for (const std::string& line : lines) ASSERT_LE(TextWidth(line), cells);
    }
  }
}

}  // namespace
}  // namespace rustnet::client
