// SPDX-License-Identifier: Apache-2.0
// One row per sequence that a terminal is known to send; then every way to cut it in two, and
// noise.
#include "client/input/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace rustnet::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<InputEvent> Decode(std::string_view bytes) {
  Decoder decoder;
  std::vector<InputEvent> events;
  decoder.Feed(bytes, &events);
  decoder.Timeout(&events);
  return events;
}

KeyPress K(Key key, bool shift = false, bool alt = false, bool ctrl = false) {
  return KeyPress{key, 0, shift, alt, ctrl};
}
KeyPress C(char32_t ch, bool ctrl = false, bool alt = false) {
  return KeyPress{Key::kChar, ch, false, alt, ctrl};
}

struct Case {
  const char* name;
  std::string bytes;
  InputEvent event;
};

const std::vector<Case>& Cases() {
  static const std::vector<Case> cases = {
      {"Letter", "j", C('j')},
      {"Capital", "G", C('G')},
      {"CtrlC", "\003", C('c', true)},
      {"CtrlBackslash", "\034", C('\\', true)},
      {"AltX", "\033x", C('x', false, true)},
      {"Enter", "\r", K(Key::kEnter)},
      {"Backspace", "\177", K(Key::kBackspace)},
      {"UpCsi", "\033[A", K(Key::kUp)},
      {"UpSs3", "\033OA", K(Key::kUp)},
      {"CtrlRight", "\033[1;5C", K(Key::kRight, false, false, true)},
      {"ShiftUpXterm", "\033[1;2A", K(Key::kUp, true)},
      {"ShiftUpRxvt", "\033[a", K(Key::kUp, true)},
      {"HomeXterm", "\033[H", K(Key::kHome)},
      {"HomeVt", "\033[1~", K(Key::kHome)},
      {"HomeRxvt", "\033[7~", K(Key::kHome)},
      {"EndRxvt", "\033[8~", K(Key::kEnd)},
      {"PageDown", "\033[6~", K(Key::kPageDown)},
      {"DeleteCtrl", "\033[3;5~", K(Key::kDelete, false, false, true)},
      {"F1Xterm", "\033OP", K(Key::kF1)},
      {"F1Linux", "\033[[A", K(Key::kF1)},
      {"F5", "\033[15~", K(Key::kF5)},
      {"BackTab", "\033[Z", K(Key::kTab, true)},
      {"Umlaut", "\u00fc", C(0xfc)},
      {"Emoji", "\U0001f600", C(0x1f600)},
      {"Press", "\033[<0;281;7M", Mouse{Mouse::Kind::kPress, 0, 280, 6}},
      {"Release", "\033[<0;3;4m", Mouse{Mouse::Kind::kRelease, 0, 2, 3}},
      {"RightDrag", "\033[<34;3;4M", Mouse{Mouse::Kind::kDrag, 2, 2, 3}},
      {"WheelUp", "\033[<64;1;1M", Mouse{Mouse::Kind::kWheelUp, 0, 0, 0}},
      {"ShiftWheelDown", "\033[<69;1;1M", Mouse{Mouse::Kind::kWheelDown, 0, 0, 0, true}},
      {"Paste", "\033[200~port:443\nq\033[201~", Paste{"port:443\nq"}},
  };
  return cases;
}

TEST(DecoderTest, EverySequenceIsOneEvent) {
  for (const Case& c : Cases()) {
    EXPECT_THAT(Decode(c.bytes), ElementsAre(c.event)) << c.name;
  }
}

TEST(DecoderTest, WhereABytesStreamIsCutMakesNoDifference) {
  for (const Case& c : Cases()) {
    for (size_t cut = 1; cut < c.bytes.size(); ++cut) {
      Decoder decoder;
      std::vector<InputEvent> events;
      decoder.Feed(std::string_view(c.bytes).substr(0, cut), &events);
      decoder.Feed(std::string_view(c.bytes).substr(cut), &events);
      EXPECT_FALSE(decoder.pending()) << c.name;
      EXPECT_THAT(events, ElementsAre(c.event)) << c.name << " cut at " << cut;
    }
  }
}

TEST(DecoderTest, ALoneEscapeIsAKeyOnlyAfterThePause) {
  Decoder decoder;
  std::vector<InputEvent> events;
  decoder.Feed("\033", &events);
  EXPECT_THAT(events, IsEmpty());
  EXPECT_TRUE(decoder.pending());
  decoder.Timeout(&events);
  EXPECT_THAT(events, ElementsAre(InputEvent(K(Key::kEscape))));
  EXPECT_FALSE(decoder.pending());
}

TEST(DecoderTest, WhatIsNoKeyOfOursBecomesNoKey) {
  for (const char* bytes :
       {"\033[?62;22c", "\033[24;80R", "\033[27u", "\033[<0;0;3M", "\033[<35;3;4M", "\033[<66;3;4M",
        "\033[99999999999999999999~", "\033[1;2;3;4;5A", "\033OX", "\xff\xfe", "\033[<1;2M"}) {
    EXPECT_THAT(Decode(bytes), IsEmpty()) << bytes;
  }
  EXPECT_THAT(Decode("\033[" + std::string(100'000, '1') + "A"), IsEmpty());
}

TEST(DecoderTest, APasteIsCutNotKeptForever) {
  const std::vector<InputEvent> events =
      Decode("\033[200~" + std::string(1'000'000, 'x') + "\033[201~j");
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(std::get<Paste>(events[0]).text, std::string(64 * 1024, 'x'));
  EXPECT_EQ(events[1], InputEvent(C('j')));
}

TEST(DecoderTest, AfterAnyNoiseAPauseGivesKeysAgain) {
  std::mt19937 rng(7);
  constexpr std::string_view kAlphabet = "\033[<O;~0123456789ABMmx\x80\xe2\xff\r$?";
  for (int round = 0; round < 2'000; ++round) {
    Decoder decoder;
    std::vector<InputEvent> events;
    std::string noise(rng() % 40, '\0');
    for (char& c : noise) c = kAlphabet[rng() % kAlphabet.size()];
    decoder.Feed(noise, &events);
    decoder.Feed("\033[201~", &events);  // should the noise have begun a paste
    decoder.Timeout(&events);
    events.clear();
    decoder.Feed("j", &events);
    ASSERT_THAT(events, ElementsAre(InputEvent(C('j')))) << ::testing::PrintToString(noise);
  }
}

}  // namespace
}  // namespace rustnet::client
