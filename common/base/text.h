// SPDX-License-Identifier: Apache-2.0
// Text from outside becomes printable here, and only here.  After it, a string is valid UTF-8
// without control, escape, bidi or invisible characters: safe for terminals, logs and proto3
// `string`.
//
// Rules: a byte that is not UTF-8, a C1 control, a non-character, U+2028/2029 become U+FFFD; C0
// controls and DEL become control pictures (U+2400..); bidi controls, zero-width characters, tags
// and variation selectors are dropped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rustnet {

// Writes the printable form of `raw` to `out` and returns its length, at most `capacity`; a
// character that would not fit whole ends the text.
size_t MakePrintable(std::string_view raw, char* out, size_t capacity);

// The same as a string of at most `capacity` bytes.
std::string Printable(std::string_view raw, size_t capacity = 4096);

// Printable text in place, at most kCapacity bytes: who chooses the text does not choose the
// memory.
template <size_t kCapacity>
class Text {
  static_assert(kCapacity <= 255);

 public:
  Text() = default;
  explicit Text(std::string_view raw) { Assign(raw); }
  void Assign(std::string_view raw) {
    size_ = static_cast<uint8_t>(MakePrintable(raw, bytes_.data(), kCapacity));
  }
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  std::string_view view() const { return {bytes_.data(), size_}; }
  friend bool operator==(const Text& a, const Text& b) { return a.view() == b.view(); }

 private:
  uint8_t size_ = 0;
  std::array<char, kCapacity> bytes_;
};

// ASCII only, whatever the locale.
char ToLower(char c);
std::string ToLower(std::string_view text);
bool EqualsIgnoreCase(std::string_view a, std::string_view b);
bool StartsWithIgnoreCase(std::string_view text, std::string_view prefix);

}  // namespace rustnet
