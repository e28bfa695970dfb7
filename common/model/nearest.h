// SPDX-License-Identifier: Apache-2.0
// "Did you mean": the known word that is nearest to a mistyped one.
#pragma once

#include <string_view>
#include <vector>

namespace rustnet::model {

// The first word at the least edit distance from `text`, if that is at most 2 and less than half of
// `text`; else one that begins with `text`; else empty.
std::string_view Nearest(std::string_view text, const std::vector<std::string_view>& words);

}  // namespace rustnet::model
