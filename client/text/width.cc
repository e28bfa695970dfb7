// SPDX-License-Identifier: Apache-2.0
#include "client/text/width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace rustnet::client {
namespace {

struct WidthRange {
  char32_t first;
  char32_t last;
  int cells;
};

constexpr WidthRange kRanges[] = {
#include "client/text/width_table.inc"
};

constexpr std::string_view kEllipsis = "…";

// The longest beginning of `text` that takes at most `cells`.
std::string_view Prefix(std::string_view text, int cells) {
  std::string_view rest = text;
  size_t end = 0;
  int used = 0;
  while (!rest.empty()) {
    const int width = CharWidth(NextChar(&rest));
    used += width < 0 ? 1 : width;
    if (used > cells) break;
    end = text.size() - rest.size();
  }
  return text.substr(0, end);
}

}  // namespace

int CharWidth(char32_t c) {
  if (c >= 0x20 && c < 0x7f) return 1;
  const auto* range = std::upper_bound(
      std::begin(kRanges), std::end(kRanges), c,
      [](char32_t value, const WidthRange& candidate) { return value < candidate.first; });
  if (range == std::begin(kRanges)) return 1;
  --range;
  return c <= range->last ? range->cells : 1;
}

char32_t NextChar(std::string_view* text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>((*text)[i]); };
  const uint8_t lead = byte(0);
  size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
  char32_t c = length == 1 ? lead : lead & (0x7fU >> length);
  if (length == 1 && lead >= 0x80) c = 0xfffd;
  if (length > text->size()) {
    length = 1;
    c = 0xfffd;
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) {
      text->remove_prefix(1);
      return 0xfffd;
    }
    c = c << 6 | (byte(i) & 0x3fU);
  }
  text->remove_prefix(length);
  return c <= 0x10ffff ? c : 0xfffd;
}

int TextWidth(std::string_view text) {
  int cells = 0;
  while (!text.empty()) {
    const int width = CharWidth(NextChar(&text));
    cells += width < 0 ? 1 : width;
  }
  return cells;
}

std::string Shorten(std::string_view text, int cells) {
  if (cells <= 0) return {};
  if (TextWidth(text) <= cells) return std::string(text);
  return std::string(Prefix(text, cells - 1)).append(kEllipsis);
}

std::string ShortenKeepingTail(std::string_view text, size_t keep, int cells) {
  if (TextWidth(text) <= cells) return std::string(text);
  const int tail = static_cast<int>(keep);
  if (keep >= text.size() || tail + 2 > cells) return Shorten(text, cells);
  const std::string_view head = text.substr(0, text.size() - keep);
  return std::string(Prefix(head, cells - tail - 1))
      .append(kEllipsis)
      .append(text.substr(text.size() - keep));
}

std::vector<std::string> Wrap(std::string_view text, int cells, size_t most) {
  std::vector<std::string> lines;
  while (TextWidth(text) > cells && lines.size() + 1 < most) {
    std::string_view rest = text;
    std::string_view after_space;
    int width = 0;
    while (true) {
      std::string_view next = rest;
      const int known = CharWidth(NextChar(&next));
      const int one = known < 0 ? 1 : known;
      if (width + one > cells && rest.size() < text.size()) break;
      if (rest.front() == ' ') after_space = next;
      width += one;
      rest = next;
    }
    // A break in the first half would waste the line.
    const bool at_space =
        text.size() - after_space.size() > (text.size() - rest.size()) / 2 && !after_space.empty();
    const std::string_view head =
        text.substr(0, text.size() - (at_space ? after_space.size() : rest.size()));
    lines.emplace_back(head.substr(0, head.find_last_not_of(' ') + 1));
    text = at_space ? after_space : rest;
  }
  lines.push_back(Shorten(text, cells));
  return lines;
}

}  // namespace rustnet::client
