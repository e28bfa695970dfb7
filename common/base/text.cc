// SPDX-License-Identifier: Apache-2.0
#include "common/base/text.h"

#include <algorithm>
#include <cstring>

namespace rustnet {
namespace {

constexpr uint32_t kReplacement = 0xfffd;
constexpr uint32_t kDrop = 0xffffffff;

// Decodes one character of `raw` at `*at` and advances.  Overlong forms, surrogates and stray bytes
// are kReplacement, one per byte (Unicode 15 chapter 3.9, "maximal subpart" made simple).
uint32_t Next(std::string_view raw, size_t* at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(raw[i]); };
  const uint8_t lead = byte(*at);
  if (lead < 0x80) return ++*at, lead;
  const size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || *at + length > raw.size()) return ++*at, kReplacement;
  uint32_t value = lead & (0x7fU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(*at + i) & 0xc0) != 0x80) return ++*at, kReplacement;
    value = value << 6 | (byte(*at + i) & 0x3fU);
  }
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return ++*at, kReplacement;
  *at += length;
  return value;
}

struct Range {
  uint32_t first;
  uint32_t last;
};

// Bidi controls, zero-width characters, soft hyphen, variation selectors, tags.
constexpr Range kInvisible[] = {
    {0x00ad, 0x00ad},   {0x034f, 0x034f},   {0x061c, 0x061c}, {0x115f, 0x1160}, {0x17b4, 0x17b5},
    {0x180b, 0x180f},   {0x200b, 0x200f},   {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0}, {0xfff9, 0xfffb}, {0x1bca0, 0x1bca3},
    {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff},
};

uint32_t Visible(uint32_t c) {
  if (c < 0x20) return 0x2400 + c;  // control pictures
  if (c < 0x7f) return c;
  if (c == 0x7f) return 0x2421;
  if (c < 0xa0 || c == 0x2028 || c == 0x2029) return kReplacement;
  if ((c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef))
    return kReplacement;  // non-characters
  for (const Range& range : kInvisible) {
    if (c >= range.first && c <= range.last) return kDrop;
  }
  return c;
}

size_t Encode(uint32_t c, char* out) {
  if (c < 0x80) return out[0] = static_cast<char>(c), 1;
  const size_t length = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static constexpr uint32_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (size_t i = length - 1; i > 0; --i, c >>= 6) out[i] = static_cast<char>(0x80 | (c & 0x3f));
  out[0] = static_cast<char>(kLead[length] | c);
  return length;
}

}  // namespace

size_t MakePrintable(std::string_view raw, char* out, size_t capacity) {
  size_t size = 0;
  for (size_t at = 0; at < raw.size();) {
    const uint32_t c = Visible(Next(raw, &at));
    if (c == kDrop) continue;
    char encoded[4];
    const size_t length = Encode(c, encoded);
    if (size + length > capacity) break;
    std::memcpy(out + size, encoded, length);
    size += length;
  }
  return size;
}

std::string Printable(std::string_view raw, size_t capacity) {
  // A byte becomes at most three (U+FFFD, control pictures).
  std::string text(std::min(capacity, raw.size() * 3), '\0');
  text.resize(MakePrintable(raw, text.data(), text.size()));
  return text;
}

char ToLower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = ToLower(c);
  return lower;
}

bool EqualsIgnoreCase(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return ToLower(x) == ToLower(y);
         });
}

bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && EqualsIgnoreCase(text.substr(0, prefix.size()), prefix);
}

}  // namespace rustnet
