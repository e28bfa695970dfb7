// SPDX-License-Identifier: Apache-2.0
// A window that is sorted alone is the same piece as that of a full sort.
#include "client/view/rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "client/text/format.h"
#include "client/view/theme.h"
#include "tests/unit/client/view/sample.h"

namespace rustnet::client {
namespace {

class RowsTest : public ::testing::Test {
 protected:
  void FillAtRandom(size_t count) {
    Batch batch;
    batch.reset = true;
    for (uint64_t id = 1; id <= count; ++id) {
      const uint64_t mixed = id * 7919 % 100'003;
      auto row = RowOf(kSamples[rng_() % std::size(kSamples)], mixed);
      row->counters.receive_rate = rng_() % 50;  // many are equal
      row->counters.send_rate = rng_();
      batch.Put(mixed, std::move(row), false);
    }
    std::vector<Slot> touched;
    table_.Apply(std::move(batch), &touched);
    rows_.Touch(touched, kWall);
    rows_.Refresh(false, std::nullopt);
  }
  std::vector<uint64_t> Window(size_t first, size_t count) {
    rows_.EnsureSorted(first, count);
    std::vector<uint64_t> ids;
    for (size_t rank = first; rank < std::min(first + count, rows_.size()); ++rank) {
      ids.push_back(table_.At(rows_.At(rank))->id);
    }
    return ids;
  }

  std::mt19937 rng_{17};
  Table table_;
  Rows rows_{&table_};
};

TEST_F(RowsTest, AWindowIsAPieceOfTheWhole) {
  FillAtRandom(2'000);
  for (size_t i = 0; i < kColumns; ++i) {
    for (const bool descending : {false, true}) {
      rows_.SetOrder(static_cast<Column>(i), descending);
      rows_.Refresh(false, std::nullopt);
      const std::vector<uint64_t> whole = Window(0, 2'000);
      rows_.Refresh(false, std::nullopt);
      for (int round = 0; round < 20; ++round) {
        const size_t first = rng_() % 2'010;
        const size_t count = 1 + rng_() % 60;
        const size_t last = std::min<size_t>(first + count, whole.size());
        std::vector<uint64_t> piece;
        for (size_t rank = first; rank < last; ++rank) piece.push_back(whole[rank]);
        ASSERT_EQ(Window(first, count), piece) << i << " at " << first;
        for (size_t rank = first; rank < last; rank += 7) {
          ASSERT_EQ(rows_.RankOf(*table_.Find(whole[rank])), rank);
        }
      }
    }
  }
}

TEST_F(RowsTest, NumbersAreInOrderAndEqualOnesById) {
  FillAtRandom(500);
  rows_.SetOrder(Column::kDown, true);
  rows_.Refresh(false, std::nullopt);
  const std::vector<uint64_t> ids = Window(0, 500);
  for (size_t i = 1; i < ids.size(); ++i) {
    const uint64_t before = table_.At(*table_.Find(ids[i - 1]))->counters.receive_rate;
    const uint64_t rate = table_.At(*table_.Find(ids[i]))->counters.receive_rate;
    ASSERT_TRUE(before > rate || (before == rate && ids[i - 1] < ids[i]));
  }
}

TEST_F(RowsTest, TextsAreInOrderWhateverTheCase) {
  FillAtRandom(500);
  rows_.SetOrder(Column::kProcess, false);
  rows_.Refresh(false, std::nullopt);
  std::string before;
  for (const uint64_t id : Window(0, 500)) {
    const std::string name = ProcessName(*table_.At(*table_.Find(id)));
    ASSERT_LE(before, name);
    before = name;
  }
}

TEST_F(RowsTest, TextsOfRowsLongGoneDoNotPileUp) {
  rows_.SetOrder(Column::kRemote, false);
  for (int round = 0; round < 50; ++round) {
    Batch batch;
    batch.reset = true;
    for (uint64_t id = 1; id <= 100; ++id) {
      auto row = RowOf(kSamples[0], id);
      row->remote.names = {{"host" + std::to_string(rng_()), model::NameSource::kSni}};
      batch.Put(id, std::move(row), false);
    }
    std::vector<Slot> touched;
    table_.Apply(std::move(batch), &touched);
    rows_.Touch(touched, kWall);
    rows_.Refresh(false, std::nullopt);
    ASSERT_LE(rows_.distinct_texts(), 2 * 100U + 1'024);
    ASSERT_EQ(Window(0, 100).size(), 100U);
  }
}

TEST(ThemeTest, TextAndMarksStandOutFromTheirBackground) {
  // WCAG 2 contrast; black and white stand for the terminal's own background.
  const auto luminance = [](Rgb rgb) {
    const auto linear = [](uint8_t value) {
      const double c = value / 255.0;
      return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(rgb.red) + 0.7152 * linear(rgb.green) + 0.0722 * linear(rgb.blue);
  };
  const auto contrast = [&](Rgb a, Rgb b) {
    const double high = std::max(luminance(a), luminance(b));
    const double low = std::min(luminance(a), luminance(b));
    return (high + 0.05) / (low + 0.05);
  };
  for (const std::string_view name : ThemeNames()) {
    const Theme theme = *FindTheme(name);
    const Rgb background = name == "light" ? Rgb{255, 255, 255} : Rgb{0, 0, 0};
    for (size_t i = 0; i < kTokens; ++i) {
      const auto token = static_cast<Token>(i);
      if (token == Token::kStatusBg || token == Token::kSelectionBg ||
          token == Token::kSelectionFg) {
        continue;
      }
      const bool mark =
          token == Token::kBorder || token == Token::kRxWave || token == Token::kTxWave;
      EXPECT_GE(contrast(theme.colors[i], background), mark ? 2.5 : 4.5)
          << name << ' ' << TokenName(token);
    }
    const Rgb selection = theme.colors[static_cast<size_t>(Token::kSelectionBg)];
    EXPECT_GE(contrast(theme.colors[static_cast<size_t>(Token::kSelectionFg)], selection), 4.5)
        << name;
  }
}

TEST(ThemeTest, ColorsAndTheirNearest) {
  EXPECT_EQ(ParseColor("#89b4fa"), (Rgb{0x89, 0xb4, 0xfa}));
  EXPECT_EQ(ParseColor("Red"), (Rgb{0xcd, 0, 0}));
  EXPECT_FALSE(ParseColor("#89b4f"));
  EXPECT_FALSE(ParseColor("mauve"));
  EXPECT_EQ(Nearest256({255, 0, 0}), 196);
  EXPECT_EQ(Nearest256({0, 0, 0}), 16);
  EXPECT_EQ(Nearest256({128, 128, 128}), 244);
  EXPECT_EQ(Nearest16({250, 5, 5}), 9);
  Theme theme = *FindTheme("muted");
  EXPECT_TRUE(Override(&theme, "rx", "#010203").ok());
  EXPECT_EQ(theme.colors[static_cast<size_t>(Token::kRx)], (Rgb{1, 2, 3}));
  EXPECT_FALSE(Override(&theme, "ry", "#010203").ok());
  EXPECT_FALSE(Override(&theme, "rx", "#01020x").ok());
}

}  // namespace
}  // namespace rustnet::client
