// SPDX-License-Identifier: Apache-2.0
#include "client/view/graph.h"

#include <algorithm>

namespace rustnet::client {
namespace {

constexpr char32_t kBlank = 0x2800;
// Bits of a braille cell (Unicode chapter 21.1), from its upper to its lower dot.
constexpr uint8_t kDots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

}  // namespace

std::vector<std::u32string> BrailleCurve(const std::vector<uint64_t>& samples, int cells, int rows,
                                         uint64_t top, bool hanging) {
  const auto width = static_cast<size_t>(std::max(cells, 0));
  const auto height = static_cast<size_t>(std::max(rows, 0));
  std::vector<std::u32string> lines(height, std::u32string(width, kBlank));
  if (top == 0 || height == 0) return lines;
  const size_t shown = std::min(samples.size(), 2 * width);
  for (size_t i = 0; i < shown; ++i) {
    const uint64_t value = std::min(samples[samples.size() - shown + i], top);
    if (value == 0) continue;
    const size_t levels = 4 * height;
    const double share = static_cast<double>(value) / static_cast<double>(top);
    const size_t filled =
        std::max<size_t>(1, static_cast<size_t>(share * static_cast<double>(levels) + 0.5));
    const size_t at = 2 * width - shown + i;
    for (size_t level = 0; level < filled; ++level) {
      const size_t dot = hanging ? level : levels - 1 - level;  // from the upper edge
      lines[dot / 4][at / 2] |= kDots[at % 2][dot % 4];
    }
  }
  return lines;
}

}  // namespace rustnet::client
