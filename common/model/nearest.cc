// SPDX-License-Identifier: Apache-2.0
#include "common/model/nearest.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "common/base/text.h"

namespace rustnet::model {
namespace {

// Levenshtein, one row at a time.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t changed = diagonal + (a[i] != b[j] ? 1 : 0);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string_view Nearest(std::string_view text, const std::vector<std::string_view>& words) {
  constexpr size_t kLongest = 32;  // of a key, with room
  if (text.size() > kLongest) return {};
  const std::string lower = ToLower(text);
  std::string_view nearest;
  size_t least = 3;
  for (const std::string_view word : words) {
    const size_t distance = Distance(lower, word);
    if (distance < least && 2 * distance < lower.size()) {
      least = distance;
      nearest = word;
    }
  }
  if (!nearest.empty()) return nearest;
  for (const std::string_view word : words) {
    if (lower.size() >= 2 && word.substr(0, lower.size()) == lower) return word;
  }
  return {};
}

}  // namespace rustnet::model
