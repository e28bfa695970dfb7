// SPDX-License-Identifier: Apache-2.0
#include "client/view/cell_buffer.h"

#include <algorithm>

#include "client/text/utf8.h"
#include "client/text/width.h"

namespace rustnet::client {
namespace {

constexpr char32_t kReplacement = 0xfffd;

// screens.md, "ASCII mode replaces"; single cells.
char AsciiFor(char32_t c) {
  switch (c) {
    case U'▎':
    case U'│':
    case U'┃':
    case U'┆':
      return '|';
    case U'▌':
      return '>';
    case U'▐':
    case U'█':
      return '#';
    case U'─':
      return '-';
    case U'━':
      return '=';
    case U'╭':
    case U'╮':
    case U'╰':
    case U'╯':
      return '+';
    case U'▾':
      return 'v';
    case U'▸':
      return '>';
    case U'├':
      return '|';
    case U'└':
      return '\\';
    case U'…':
      return '.';
    case U'▁':
      return '.';
    case U'▂':
    case U'▃':
      return ':';
    case U'▄':
    case U'▅':
      return '+';
    case U'▆':
    case U'▇':
      return '*';
    case U'↑':
      return '^';
    case U'↓':
      return 'v';
    case U'←':
      return '<';
    case U'→':
      return '>';
    case U'●':
      return '*';
    case U'○':
      return 'o';
    case U'·':
      return '-';
    case U'•':
      return '*';
    case U'⚠':
      return '!';
    case U'✓':
      return '+';
    case U'✗':
      return 'x';
    case U'‖':
      return '|';
    case U'⏎':
      return '>';
    case U'␣':
      return ' ';
    default:
      break;
  }
  if (c > 0x2800 && c <= 0x28ff) {  // braille: by how much is filled
    int dots = 0;
    for (char32_t bits = c & 0xff; bits != 0; bits >>= 1) dots += static_cast<int>(bits & 1);
    return dots <= 2 ? '.' : dots <= 5 ? ':' : '|';
  }
  return c == 0x2800 ? ' ' : '?';
}

}  // namespace

CellBuffer::CellBuffer(Size size)
    : size_{std::max(size.columns, 0), std::max(size.rows, 0)},
      cells_(static_cast<size_t>(size_.columns) * static_cast<size_t>(size_.rows)) {}

Cell* CellBuffer::Mutable(int column, int row) {
  if (column < 0 || row < 0 || column >= size_.columns || row >= size_.rows) return nullptr;
  return &cells_[static_cast<size_t>(row) * static_cast<size_t>(size_.columns) +
                 static_cast<size_t>(column)];
}

void CellBuffer::BreakWide(int column, int row) {
  Cell* cell = Mutable(column, row);
  if (cell == nullptr) return;
  if (cell->ch == Cell::kContinuation) {
    Cell* left = Mutable(column - 1, row);
    if (left != nullptr) *left = Cell{' ', {0, 0}, left->style};
    cell->ch = ' ';
  }
  Cell* right = Mutable(column + 1, row);
  if (right != nullptr && right->ch == Cell::kContinuation) right->ch = ' ';
}

void CellBuffer::Set(int column, int row, char32_t ch, int width, Style style) {
  BreakWide(column, row);
  Cell* cell = Mutable(column, row);
  if (cell == nullptr) return;
  *cell = Cell{ch, {0, 0}, style};
  if (width == 2) {
    BreakWide(column + 1, row);
    Cell* right = Mutable(column + 1, row);
    if (right != nullptr) *right = Cell{Cell::kContinuation, {0, 0}, style};
  }
}

int CellBuffer::Put(int column, int row, std::string_view text, Style style, int limit) {
  const int edge = limit < 0 ? size_.columns : std::min(limit, size_.columns);
  if (row < 0 || row >= size_.rows) return column;
  int last = -1;  // where a mark would go
  while (!text.empty()) {
    char32_t c = NextChar(&text);
    int width = CharWidth(c);
    if (width < 0) {
      c = kReplacement;
      width = 1;
    }
    if (width == 0) {
      Cell* cell = last >= 0 ? Mutable(last, row) : nullptr;
      if (cell != nullptr && cell->marks[1] == 0) cell->marks[cell->marks[0] == 0 ? 0 : 1] = c;
      continue;
    }
    if (column >= edge) break;
    if (width == 2 && column + 2 > edge) {
      c = U'…';
      width = 1;
    }
    if (column >= 0) {
      Set(column, row, c, width, style);
      last = column;
    }
    column += width;
  }
  return column;
}

void CellBuffer::PutRight(int end, int row, std::string_view text, Style style) {
  const int begin = end - TextWidth(text);
  Put(begin, row, text, style, end);
}

void CellBuffer::Fill(int column, int row, int columns, char32_t ch, Style style) {
  for (int i = 0; i < columns; ++i) Set(column + i, row, ch, 1, style);
}

void CellBuffer::Restyle(int column, int row, int columns, Token fg, Token bg) {
  for (int i = 0; i < columns; ++i) {
    Cell* cell = Mutable(column + i, row);
    if (cell == nullptr) continue;
    cell->style.fg = fg;
    cell->style.bg = bg;
  }
}

void CellBuffer::Dim(int column, int row, int columns) {
  for (int i = 0; i < columns; ++i) {
    Cell* cell = Mutable(column + i, row);
    if (cell == nullptr) continue;
    if (cell->style.bg == Token::kNone) cell->style.fg = Token::kClosed;
    cell->style.dim = true;
  }
}

void CellBuffer::ToAscii() {
  for (Cell& cell : cells_) {
    if (cell.ch == Cell::kContinuation) {
      cell.ch = ' ';
    } else if (cell.ch >= 0x7f) {
      cell.ch = static_cast<char32_t>(AsciiFor(cell.ch));
    }
    cell.marks[0] = cell.marks[1] = 0;
  }
}

std::string CellBuffer::Text() const {
  std::string text;
  for (int row = 0; row < size_.rows; ++row) {
    for (int column = 0; column < size_.columns; ++column) {
      const Cell& cell = At(column, row);
      if (cell.ch == Cell::kContinuation) continue;
      AppendUtf8(cell.ch, &text);
      for (const char32_t mark : cell.marks) {
        if (mark != 0) AppendUtf8(mark, &text);
      }
    }
    text += '\n';
  }
  return text;
}

std::string CellBuffer::Attributes() const {
  std::string text;
  for (int row = 0; row < size_.rows; ++row) {
    for (int column = 0; column < size_.columns; ++column) {
      const Style& style = At(column, row).style;
      text += style.bg == Token::kNone ? TokenLetter(style.fg) : TokenLetter(style.bg);
    }
    text += '\n';
  }
  return text;
}

}  // namespace rustnet::client
