// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>

#include "client/view/screen.h"

namespace rustnet::client {
namespace {

constexpr size_t kMaxClipboard = 74'994;  // bytes: what common terminals take

std::string Base64(std::string_view bytes) {
  static constexpr char kDigits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t n = bytes.size() - i < 3 ? bytes.size() - i : 3;
    for (size_t j = 0; j < 3; ++j) {
      group = group << 8 | (j < n ? static_cast<uint8_t>(bytes[i + j]) : 0U);
    }
    for (size_t j = 0; j < 4; ++j) {
      text += j <= n ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
  }
  return text;
}

}  // namespace

std::string ClipboardSequence(std::string_view text) {
  if (text.empty() || text.size() > kMaxClipboard) return {};
  return "\033]52;c;" + Base64(text) + "\033\\";
}

}  // namespace rustnet::client
