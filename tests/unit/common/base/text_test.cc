// SPDX-License-Identifier: Apache-2.0
// Whatever comes in, what goes out is valid UTF-8 and shows.
#include "common/base/text.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace rustnet {
namespace {

struct Case {
  const char* name;
  std::string raw;
  std::string printable;
};

const std::string kBad = "\xef\xbf\xbd";  // U+FFFD

std::vector<Case> Cases() {
  using std::string_literals::operator""s;
  return {
      {"Ascii", "plain text ~", "plain text ~"},
      {"Escape", "\x1b[31mred", "\xe2\x90\x9b[31mred"},
      {"Nul", "a\0b"s, "a\xe2\x90\x80"s + "b"},
      {"Newline", "a\nb\r\tc", "a\xe2\x90\x8a"s + "b\xe2\x90\x8d\xe2\x90\x89"s + "c"},
      {"Delete", "\x7f", "\xe2\x90\xa1"},
      {"C1",
       "\xc2\x9b"
       "31m",
       kBad + "31m"},
      {"BareC1",
       "\x9b"
       "31m",
       kBad + "31m"},
      {"Overlong", "\xc0\xaf", kBad + kBad},
      {"OverlongThree", "\xe0\x80\xaf", kBad + kBad + kBad},
      {"Surrogate", "\xed\xa0\x80", kBad + kBad + kBad},
      {"TooHigh", "\xf4\x90\x80\x80", kBad + kBad + kBad + kBad},
      {"CutCharacter", "ab\xe2\x82", "ab" + kBad + kBad},
      {"LoneContinuation", "\x80x", kBad + "x"},
      {"Bytes", "\xff\xfe", kBad + kBad},
      {"LineSeparator",
       "a\xe2\x80\xa8"
       "b",
       "a" + kBad + "b"},
      {"NonCharacter", "\xef\xbf\xbe\xef\xb7\x90", kBad + kBad},
      {"BidiOverride",
       "a\xe2\x80\xae"
       "b",
       "ab"},
      {"BidiIsolate",
       "a\xe2\x81\xa6"
       "b\xe2\x81\xa9",
       "ab"},
      {"ArabicLetterMark",
       "a\xd8\x9c"
       "b",
       "ab"},
      {"ZeroWidth",
       "a\xe2\x80\x8b\xe2\x80\x8c\xe2\x80\x8d"
       "b",
       "ab"},
      {"WordJoiner",
       "a\xe2\x81\xa0"
       "b",
       "ab"},
      {"ByteOrderMark",
       "\xef\xbb\xbf"
       "b",
       "b"},
      {"SoftHyphen",
       "a\xc2\xad"
       "b",
       "ab"},
      {"Tags",
       "a\xf3\xa0\x81\x81"
       "b",
       "ab"},
      {"VariationSelector", "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4"},
      {"RightToLeftLetters", "\xd7\xa9\xd7\x9c", "\xd7\xa9\xd7\x9c"},
      {"Combining", "e\xcc\x81", "e\xcc\x81"},
      {"Wide", "\xe6\xbc\xa2\xf0\x9f\x98\x80", "\xe6\xbc\xa2\xf0\x9f\x98\x80"},
      {"Empty", "", ""},
  };
}

TEST(TextTest, BecomesPrintable) {
  for (const Case& c : Cases()) EXPECT_EQ(Printable(c.raw), c.printable) << c.name;
}

TEST(TextTest, PrintableTextStaysAsItIs) {
  for (const Case& c : Cases()) EXPECT_EQ(Printable(c.printable), c.printable) << c.name;
}

TEST(TextTest, NoCharacterIsCutInTwo) {
  for (const Case& c : Cases()) {
    for (size_t capacity = 0; capacity <= c.printable.size(); ++capacity) {
      const std::string cut = Printable(c.raw, capacity);
      EXPECT_LE(cut.size(), capacity);
      EXPECT_EQ(c.printable.compare(0, cut.size(), cut), 0) << c.name;
      EXPECT_EQ(Printable(cut), cut) << c.name;
    }
  }
}

TEST(TextTest, EveryPrefixIsSafe) {
  for (const Case& c : Cases()) {
    for (size_t n = 0; n <= c.raw.size(); ++n) {
      const std::string heap(c.raw.substr(0, n));
      const std::string printable = Printable(heap);
      EXPECT_EQ(Printable(printable), printable) << c.name;
    }
  }
}

TEST(TextTest, RandomBytesBecomePrintable) {
  std::mt19937 rng(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string raw(rng() % 24, '\0');
    for (char& c : raw) c = static_cast<char>(rng());
    const std::string printable = Printable(raw);
    EXPECT_EQ(Printable(printable), printable);
    for (const char c : printable) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    EXPECT_EQ(printable.find('\x7f'), std::string::npos);
    EXPECT_EQ(printable.find("\x1b"), std::string::npos);
  }
}

TEST(TextTest, FixedTextKeepsWhatFits) {
  Text<5> text("abc\n\xe2\x82\xac");
  EXPECT_EQ(text.view(), "abc");  // the control picture has three bytes
  text.Assign("\xe2\x82\xac\xe2\x82\xac");
  EXPECT_EQ(text.view(), "\xe2\x82\xac");
  EXPECT_TRUE(text == Text<5>("\xe2\x82\xac"));
  text.clear();
  EXPECT_TRUE(text.empty());
  EXPECT_EQ(Text<255>(std::string(1'000, 'x')).view().size(), 255u);
}

TEST(TextTest, AsciiCase) {
  EXPECT_EQ(ToLower("AbC-\xc3\x84"), "abc-\xc3\x84");
  EXPECT_TRUE(EqualsIgnoreCase("HoSt", "hOsT"));
  EXPECT_FALSE(EqualsIgnoreCase("host", "hosts"));
  EXPECT_FALSE(EqualsIgnoreCase("@", "`"));
  EXPECT_TRUE(StartsWithIgnoreCase("Content-Type", "content-"));
  EXPECT_FALSE(StartsWithIgnoreCase("con", "content"));
}

}  // namespace
}  // namespace rustnet
