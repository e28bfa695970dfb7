// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace rustnet::client {

// REQUIRES: c is a Unicode scalar value.
inline void AppendUtf8(char32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
    return;
  }
  const int length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  constexpr unsigned char kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  out->push_back(static_cast<char>(kLead[length] | c >> (6 * (length - 1))));
  for (int i = length - 2; i >= 0; --i) {
    out->push_back(static_cast<char>(0x80 | (c >> (6 * i) & 0x3f)));
  }
}

}  // namespace rustnet::client
