// SPDX-License-Identifier: Apache-2.0
// How many cells text takes: a table of our own (Unicode 14, UAX 11, ambiguous = 1), so that no
// screen depends on the machine's locale.  All text is UTF-8 that common/base/text has passed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rustnet::client {

// 0 (a mark of the character before), 1, 2, or -1: not to be shown.
int CharWidth(char32_t c);

// The next character of `text`, which is shortened by it.  A byte that is not UTF-8 is U+FFFD.
// REQUIRES: !text->empty().
char32_t NextChar(std::string_view* text);

// Cells of `text`; characters that are not to be shown count as one (they become U+FFFD).
int TextWidth(std::string_view text);

// `text` if it fits in `cells`, else its beginning and "…".
std::string Shorten(std::string_view text, int cells);

// The same, but the last `keep` bytes (ASCII: a port) stay: "registry.exa…:443".
std::string ShortenKeepingTail(std::string_view text, size_t keep, int cells);

// `text` in lines of at most `cells`, broken at spaces where there are some; the last of `most`
// ends with "…" if there would be more.  REQUIRES: cells > 0, most > 0.
std::vector<std::string> Wrap(std::string_view text, int cells, size_t most);

}  // namespace rustnet::client
