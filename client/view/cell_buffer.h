// SPDX-License-Identifier: Apache-2.0
// A screen as a plain value: what the renderers make and what the terminal gets.
//
// Every cell holds a character that may be shown (never a control character), and a wide one is
// always followed by its own continuation cell; drawing over half of it blanks the other half.
// Drawing outside the screen does nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/view/theme.h"

namespace rustnet::client {

struct Size {
  int columns = 0;
  int rows = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

struct Style {
  Token fg = Token::kText;
  Token bg = Token::kNone;
  bool bold = false;
  bool underline = false;
  bool dim = false;
  friend bool operator==(const Style&, const Style&) = default;
};

struct Cell {
  static constexpr char32_t kContinuation = 0;  // the right half of the wide character before it

  char32_t ch = ' ';
  char32_t marks[2] = {0, 0};  // combining marks; more are dropped
  Style style;
  friend bool operator==(const Cell&, const Cell&) = default;
};

class CellBuffer {
 public:
  explicit CellBuffer(Size size = {});

  Size size() const { return size_; }
  const Cell& At(int column, int row) const {
    return cells_[static_cast<size_t>(row) * static_cast<size_t>(size_.columns) +
                  static_cast<size_t>(column)];
  }

  // Draws `text` from `column`, cut at `limit` (exclusive; -1: the right edge); returns the column
  // behind it.  A wide character that would cross the limit becomes '…'.
  int Put(int column, int row, std::string_view text, Style style, int limit = -1);
  // The same, ending just before column `end`; text that is wider loses its beginning.
  void PutRight(int end, int row, std::string_view text, Style style);
  void Fill(int column, int row, int columns, char32_t ch, Style style);
  // Changes the looks, not the text.
  void Restyle(int column, int row, int columns, Token fg, Token bg);
  void Dim(int column, int row, int columns);

  // Replaces everything outside ASCII (screens.md: the line of ASCII mode).
  void ToAscii();

  // Row by row, with '\n' after each: the .txt and the .attr of a golden screen.
  std::string Text() const;
  std::string Attributes() const;

  friend bool operator==(const CellBuffer&, const CellBuffer&) = default;

 private:
  Cell* Mutable(int column, int row);
  void Set(int column, int row, char32_t ch, int width, Style style);
  // A half of a wide character that is about to be overdrawn must not stay.
  void BreakWide(int column, int row);

  Size size_;
  std::vector<Cell> cells_;
};

}  // namespace rustnet::client
