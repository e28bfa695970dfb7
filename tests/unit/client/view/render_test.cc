// SPDX-License-Identifier: Apache-2.0
// What holds on every screen, of any size: no cell outside, no control character, no half of a wide
// character, the way out always in sight.
#include "client/view/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "client/text/width.h"
#include "tests/unit/client/view/sample.h"

namespace rustnet::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void CheckCells(const CellBuffer& cells, bool ascii) {
  for (int row = 0; row < cells.size().rows; ++row) {
    for (int column = 0; column < cells.size().columns; ++column) {
      const Cell& cell = cells.At(column, row);
      if (cell.ch == Cell::kContinuation) {
        ASSERT_GT(column, 0);
        ASSERT_EQ(CharWidth(cells.At(column - 1, row).ch), 2);
        continue;
      }
      const int width = CharWidth(cell.ch);
      ASSERT_GE(width, 1) << "U+" << std::hex << static_cast<uint32_t>(cell.ch);
      ASSERT_TRUE(!ascii || cell.ch < 0x7fU);
      if (width == 2) {
        ASSERT_LT(column + 1, cells.size().columns);
        ASSERT_EQ(cells.At(column + 1, row).ch, Cell::kContinuation);
      }
    }
  }
}

std::string RowText(const Frame& frame, int row) {
  const std::string text = frame.cells.Text();
  size_t begin = 0;
  for (int i = 0; i < row; ++i) begin = text.find('\n', begin) + 1;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(RenderTest, EverySizeKeepsTheFrame) {
  Theme theme = *FindTheme("muted");
  for (const bool ascii : {false, true}) {
    theme.ascii = ascii;
    for (int rows = 1; rows <= 80; rows += rows < 30 ? 1 : 7) {
      for (int columns = 1; columns <= 300; columns += columns < 130 ? 3 : 17) {
        const auto model = MakeModel(Size{columns, rows});
        Fill(model.get());
        Settle(model.get());
        const Frame frame = Render(*model, theme);
        ASSERT_EQ(frame.cells.size(), (Size{columns, rows}));
        CheckCells(frame.cells, ascii);
        if (columns >= 20 && rows >= 4) {
          ASSERT_THAT(RowText(frame, rows - 1), HasSubstr("q quit")) << columns << "x" << rows;
        }
        if (columns >= 60 && rows >= 12) {
          ASSERT_THAT(RowText(frame, rows - 1), HasSubstr("h help")) << columns << "x" << rows;
        }
        for (const Hit& hit : frame.hits) {
          ASSERT_GE(hit.column, 0);
          ASSERT_LT(hit.row, rows);
        }
      }
    }
  }
}

TEST(RenderTest, OverlaysFitEverySizeToo) {
  const Theme theme = *FindTheme("muted");
  for (const Size size : {Size{20, 4}, Size{59, 11}, Size{60, 12}, Size{79, 23}, Size{100, 30},
                          Size{120, 30}, Size{200, 60}, Size{300, 80}}) {
    for (const char* keys : {"h", "/fire", "/((((((((", "h"}) {
      const auto model = MakeModel(size);
      Fill(model.get());
      Settle(model.get());
      Type(model.get(), keys);
      CheckCells(Render(*model, theme).cells, false);
    }
    const auto model = MakeModel(size);
    model->permission.shown = true;
    Settle(model.get());
    CheckCells(Render(*model, theme).cells, false);
  }
}

TEST(RenderTest, DetailsAndGroupsFitEverySizeToo) {
  Theme theme = *FindTheme("muted");
  for (const bool ascii : {false, true}) {
    theme.ascii = ascii;
    for (int rows = 1; rows <= 80; rows += rows < 30 ? 1 : 7) {
      for (int columns = 1; columns <= 300; columns += columns < 130 ? 7 : 17) {
        for (const char* keys : {"a*", "Ac*j", "2", "a*j2", "AU"}) {
          const auto model = MakeModel(Size{columns, rows});
          Fill(model.get());
          Settle(model.get());
          Type(model.get(), keys);
          if (model->selected) Answer(model.get(), *model->selected);
          Settle(model.get());
          const Frame frame = Render(*model, theme);
          CheckCells(frame.cells, ascii);
          if (columns >= 20 && rows >= 4) {
            ASSERT_THAT(RowText(frame, rows - 1), HasSubstr("q quit")) << columns << "x" << rows;
          }
          for (const Hit& hit : frame.hits) ASSERT_LT(hit.row, std::max(rows, 1));
        }
      }
    }
  }
}

TEST(RenderTest, TooSmallSaysSo) {
  const auto model = MakeModel(Size{18, 3});
  Settle(model.get());
  EXPECT_THAT(Render(*model, *FindTheme("muted")).cells.Text(), HasSubstr("18x3 too"));
}

// screens.md, rule 5: what must stay, and what goes first.
TEST(RenderTest, ColumnsDropInTheirOrder) {
  const auto titles = [](int width) {
    std::string all;
    for (const ColumnPlace& place : LayOutColumns(width, true).places) {
      all.append(InfoOf(place.column).title).append(" ");
    }
    return all;
  };
  EXPECT_EQ(titles(160), "Process Remote Local Loc App State RTT Down Up Age ");
  EXPECT_EQ(titles(80), "Process Remote App State RTT Down Up ");
  EXPECT_EQ(titles(79), "Process Remote App State Down Up ");
  EXPECT_EQ(titles(70), "Process Remote App Down Up ");
  EXPECT_EQ(titles(50), "Process Remote Down Up ");
  EXPECT_EQ(titles(20), "Process Remote Down Up ");
  std::string before = titles(300);
  for (int width = 299; width >= 20; --width) {
    const ColumnLayout layout = LayOutColumns(width, true);
    int end = 0;
    for (const ColumnPlace& place : layout.places) {
      ASSERT_GT(place.begin, end - 1);
      ASSERT_GT(place.width, 0);
      end = place.begin + place.width;
    }
    ASSERT_TRUE(width < 40 || end < width) << width;
  }
}

TEST(RenderTest, HostileTextReachesNoCell) {
  const Theme theme = *FindTheme("muted");
  std::mt19937 rng(5);
  for (int round = 0; round < 300; ++round) {
    const auto model =
        MakeModel(Size{static_cast<int>(20 + rng() % 150), static_cast<int>(4 + rng() % 40)});
    Batch batch;
    batch.reset = true;
    for (uint64_t id = 1; id <= 20; ++id) {
      auto row = RowOf(kSamples[rng() % std::size(kSamples)], id);
      std::string noise;
      for (int i = 0; i < 12; ++i) {
        // Raw bytes, and characters that are printable but wide, combining or unassigned.
        static constexpr const char* kPieces[] = {"世", "\u0301", "é",          "\U0001fae8",
                                                  "a",  "\xff",   "\U0001f600", "\u0903"};
        noise += kPieces[rng() % std::size(kPieces)];
      }
      row->process.name = noise;
      row->application.summary = noise;
      if (!row->remote.names.empty()) row->remote.names[0].name = noise;
      batch.Put(id, std::move(row), false);
    }
    Absorb(model.get(), std::move(batch));
    Settle(model.get());
    CheckCells(Render(*model, theme).cells, false);
    for (const char* keys : {"a*", "a2"}) {
      Type(model.get(), keys);
      CheckCells(Render(*model, theme).cells, false);
    }
  }
}

TEST(RenderTest, AClickFindsWhatIsDrawnThere) {
  const auto model = MakeModel(Size{80, 24});
  Fill(model.get());
  Settle(model.get());
  Frame frame = Render(*model, *FindTheme("muted"));
  model->hits = frame.hits;
  Send(model.get(), Mouse{Mouse::Kind::kPress, 0, 30, 5});
  Settle(model.get());
  frame = Render(*model, *FindTheme("muted"));
  EXPECT_THAT(RowText(frame, 5), HasSubstr("▌"));
  EXPECT_THAT(RowText(frame, 3), Not(HasSubstr("▌")));
}

TEST(RenderTest, TheSamePictureTwiceIsEqual) {
  const auto model = MakeModel(Size{140, 40});
  Fill(model.get());
  Settle(model.get());
  const Theme theme = *FindTheme("muted");
  EXPECT_EQ(Render(*model, theme).cells, Render(*model, theme).cells);
}

}  // namespace
}  // namespace rustnet::client
