// SPDX-License-Identifier: Apache-2.0
#include "client/view/cell_buffer.h"

#include <gtest/gtest.h>

#include "client/view/graph.h"
#include "client/view/screen.h"

namespace rustnet::client {
namespace {

TEST(CellBufferTest, PutsAndCuts) {
  CellBuffer cells({6, 2});
  EXPECT_EQ(cells.Put(1, 0, "abcdefgh", Style{}), 6);
  EXPECT_EQ(cells.Put(0, 1, "abc", Style{}, 2), 2);
  cells.PutRight(6, 1, "yz", Style{});
  EXPECT_EQ(cells.Text(), " abcde\nab  yz\n");
}

TEST(CellBufferTest, AWideCharacterIsWholeOrAnEllipsis) {
  CellBuffer cells({5, 1});
  cells.Put(0, 0, "世界世", Style{});
  EXPECT_EQ(cells.Text(), "世界…\n");
  EXPECT_EQ(cells.At(1, 0).ch, Cell::kContinuation);
}

TEST(CellBufferTest, OverdrawingHalfOfAWideCharacterBlanksTheOtherHalf) {
  CellBuffer cells({4, 1});
  cells.Put(0, 0, "世界", Style{});
  cells.Put(1, 0, "x", Style{});
  EXPECT_EQ(cells.Text(), " x界\n");
  cells.Put(2, 0, "y", Style{});
  EXPECT_EQ(cells.Text(), " xy \n");
  cells.Put(0, 0, "世界", Style{});
  cells.Put(1, 0, "世", Style{});
  EXPECT_EQ(cells.Text(), " 世 \n");
}

TEST(CellBufferTest, TwoMarksAtMost) {
  CellBuffer cells({2, 1});
  cells.Put(0, 0, "e\u0301\u0302\u0303x", Style{});
  EXPECT_EQ(cells.Text(), "e\u0301\u0302x\n");
}

TEST(CellBufferTest, NothingThatIsNotToBeShown) {
  CellBuffer cells({4, 1});
  cells.Put(0, 0, "a\033\u202eb", Style{});
  EXPECT_EQ(cells.Text(), "a\ufffd\ufffdb\n");
}

TEST(CellBufferTest, OutsideIsNowhere) {
  CellBuffer cells({2, 1});
  cells.Put(-1, 0, "ab", Style{});
  cells.Put(0, 5, "ab", Style{});
  cells.Put(0, -1, "ab", Style{});
  cells.Fill(1, 0, 9, '#', Style{});
  cells.Restyle(-4, 0, 99, Token::kErr, Token::kNone);
  EXPECT_EQ(cells.Text(), "b#\n");
  EXPECT_EQ(cells.Attributes(), "ee\n");
  CellBuffer nothing({-3, 4});
  nothing.Put(0, 0, "x", Style{});
  EXPECT_EQ(nothing.Text(), "\n\n\n\n");
}

TEST(CellBufferTest, AsciiModeLeavesNothingElse) {
  CellBuffer cells({12, 1});
  cells.Put(0, 0, "▎▌─╭…↓世é\u0301⣿●", Style{});
  cells.ToAscii();
  EXPECT_EQ(cells.Text(), "|>-+.v? ?|* \n");
}

TEST(GraphTest, ACurveHasItsNewestSampleAtTheRight) {
  const auto curve = BrailleCurve({1, 8, 0, 4}, 3, 2, 8, false);
  ASSERT_EQ(curve.size(), 2U);
  //  columns: (none) (1 8) (0 4)
  EXPECT_EQ(curve[0], U"\u2800\u28b8\u2800");
  EXPECT_EQ(curve[1], U"\u2800\u28f8\u28b8");
  const auto hanging = BrailleCurve({8, 1}, 1, 1, 8, true);
  EXPECT_EQ(hanging[0], U"\u284f");
  EXPECT_EQ(BrailleCurve({5}, 2, 1, 0, false)[0], U"\u2800\u2800");
}

TEST(ClipboardTest, Base64InOsc52) {
  EXPECT_EQ(ClipboardSequence("a"), "\033]52;c;YQ==\033\\");
  EXPECT_EQ(ClipboardSequence("ab"), "\033]52;c;YWI=\033\\");
  EXPECT_EQ(ClipboardSequence("192.0.2.1:443"), "\033]52;c;MTkyLjAuMi4xOjQ0Mw==\033\\");
  EXPECT_EQ(ClipboardSequence(""), "");
  EXPECT_EQ(ClipboardSequence(std::string(80'000, 'x')), "");
}

}  // namespace
}  // namespace rustnet::client
