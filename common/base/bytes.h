// SPDX-License-Identifier: Apache-2.0
// Names for bytes that are borrowed: nothing here owns memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace rustnet {

using Bytes = std::span<const uint8_t>;

// The same bytes as text.  One of the two places in the project where the cast is made.
inline std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes AsBytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}

}  // namespace rustnet
