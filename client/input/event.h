// SPDX-License-Identifier: Apache-2.0
// What a terminal can tell us, as values: keys, mouse, pasted text.  Nothing here knows escape
// sequences (decoder.h) or what a key is for (keymap.h).
#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace rustnet::client {

enum class Key : uint8_t {
  kNone,
  kChar,  // KeyPress::ch
  kUp,
  kDown,
  kLeft,
  kRight,
  kHome,
  kEnd,
  kPageUp,
  kPageDown,
  kInsert,
  kDelete,
  kBackspace,
  kTab,
  kEnter,
  kEscape,
  kF1,
  kF2,
  kF3,
  kF4,
  kF5,
  kF6,
  kF7,
  kF8,
  kF9,
  kF10,
  kF11,
  kF12,
};

// With `ctrl`, `ch` is the lower-case letter; a capital is `ch` itself, without `shift`.
struct KeyPress {
  Key key = Key::kNone;
  char32_t ch = 0;
  bool shift = false;
  bool alt = false;
  bool ctrl = false;

  friend bool operator==(const KeyPress&, const KeyPress&) = default;
};

struct Mouse {
  enum class Kind : uint8_t { kPress, kRelease, kDrag, kWheelUp, kWheelDown };
  Kind kind = Kind::kPress;
  uint8_t button = 0;  // 0 left, 1 middle, 2 right
  int column = 0;      // from 0
  int row = 0;
  bool shift = false;
  bool alt = false;
  bool ctrl = false;

  friend bool operator==(const Mouse&, const Mouse&) = default;
};

// Text as pasted, not yet printable.
struct Paste {
  std::string text;

  friend bool operator==(const Paste&, const Paste&) = default;
};

using InputEvent = std::variant<KeyPress, Mouse, Paste>;

}  // namespace rustnet::client
