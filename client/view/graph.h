// SPDX-License-Identifier: Apache-2.0
// A curve in braille: two samples per cell, four levels per row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rustnet::client {

// `rows` lines of `cells` characters, the newest sample at the right end; `top` is the value that
// fills the whole height.  `hanging`: from the upper edge downwards.  A value above 0 shows at
// least one dot.
std::vector<std::u32string> BrailleCurve(const std::vector<uint64_t>& samples, int cells, int rows,
                                         uint64_t top, bool hanging);

}  // namespace rustnet::client
