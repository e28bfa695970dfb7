// SPDX-License-Identifier: Apache-2.0
#include "client/input/decoder.h"

#include <array>

namespace rustnet::client {
namespace {

constexpr uint8_t kEsc = 0x1b;
constexpr size_t kMaxParams = 64;
constexpr size_t kMaxPaste = 64 * 1024;
constexpr std::string_view kPasteEnd = "\033[201~";

// The numbers of "1;5" or "<0;12;7"; more than four, or one above 9999, is not for us.
struct Numbers {
  std::array<int, 4> value{};
  size_t count = 0;
  bool ok = true;
};

Numbers ParseNumbers(std::string_view text) {
  Numbers numbers;
  bool digits = false;
  const auto end = [&] {
    if (numbers.count == numbers.value.size()) {
      numbers.ok = false;
    } else {
      ++numbers.count;
    }
    digits = false;
  };
  for (const char c : text) {
    if (c == ';') {
      end();
    } else if (c >= '0' && c <= '9' && numbers.count < numbers.value.size()) {
      int& value = numbers.value[numbers.count];
      value = value * 10 + (c - '0');
      digits = true;
      if (value > 9999) return Numbers{{}, 0, false};
    } else {
      return Numbers{{}, 0, false};
    }
  }
  if (digits || numbers.count > 0) end();
  return numbers;
}

// CSI and SS3 final bytes (ECMA-48, xterm's ctlseqs).
Key FinalKey(char final) {
  switch (final) {
    case 'A':
      return Key::kUp;
    case 'B':
      return Key::kDown;
    case 'C':
      return Key::kRight;
    case 'D':
      return Key::kLeft;
    case 'H':
      return Key::kHome;
    case 'F':
      return Key::kEnd;
    case 'P':
      return Key::kF1;
    case 'Q':
      return Key::kF2;
    case 'R':
      return Key::kF3;
    case 'S':
      return Key::kF4;
    case 'M':
      return Key::kEnter;  // keypad Enter, SS3 only
    default:
      return Key::kNone;
  }
}

// "CSI n ~": VT220 editing keys, the rxvt and Linux variants of Home and End, function keys.
Key TildeKey(int number) {
  switch (number) {
    case 1:
    case 7:
      return Key::kHome;
    case 2:
      return Key::kInsert;
    case 3:
      return Key::kDelete;
    case 4:
    case 8:
      return Key::kEnd;
    case 5:
      return Key::kPageUp;
    case 6:
      return Key::kPageDown;
    case 11:
      return Key::kF1;
    case 12:
      return Key::kF2;
    case 13:
      return Key::kF3;
    case 14:
      return Key::kF4;
    case 15:
      return Key::kF5;
    case 17:
      return Key::kF6;
    case 18:
      return Key::kF7;
    case 19:
      return Key::kF8;
    case 20:
      return Key::kF9;
    case 21:
      return Key::kF10;
    case 23:
      return Key::kF11;
    case 24:
      return Key::kF12;
    default:
      return Key::kNone;
  }
}

// xterm's modifier parameter is 1 + shift + 2 alt + 4 ctrl.
KeyPress WithModifiers(Key key, int parameter) {
  const int bits = parameter > 0 ? parameter - 1 : 0;
  return KeyPress{key, 0, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
}

}  // namespace

void Decoder::Feed(std::string_view bytes, std::vector<InputEvent>* events) {
  for (const char byte : bytes) Byte(static_cast<uint8_t>(byte), events);
}

void Decoder::Timeout(std::vector<InputEvent>* events) {
  if (!pending()) return;
  if (state_ == State::kEscape) events->push_back(KeyPress{Key::kEscape, 0, false, alt_, false});
  state_ = State::kGround;
  alt_ = false;
}

void Decoder::Byte(uint8_t byte, std::vector<InputEvent>* events) {
  switch (state_) {
    case State::kGround:
      Ground(byte, false, events);
      return;
    case State::kUtf8:
      Utf8(byte, events);
      return;
    case State::kPaste:
      PasteByte(byte, events);
      return;
    case State::kEscape:
      if (byte == '[') {
        params_.clear();
        state_ = State::kCsi;
      } else if (byte == 'O') {
        state_ = State::kSs3;
      } else if (byte == kEsc) {
        events->push_back(KeyPress{Key::kEscape});  // the first of two; the second begins anew
      } else {
        state_ = State::kGround;
        Ground(byte, true, events);
      }
      return;
    case State::kSs3: {
      state_ = State::kGround;
      const Key key = FinalKey(static_cast<char>(byte));
      if (key != Key::kNone) events->push_back(KeyPress{key});
      return;
    }
    case State::kLinuxF:  // ESC [ [ A … E: F1 … F5 of the Linux console
      state_ = State::kGround;
      if (byte >= 'A' && byte <= 'E') {
        const int index = static_cast<int>(Key::kF1) + byte - 'A';
        events->push_back(KeyPress{static_cast<Key>(index)});
      }
      return;
    case State::kCsi:
      if (byte == '[' && params_.empty()) {
        state_ = State::kLinuxF;
      } else if (byte >= 0x40 && byte <= 0x7e) {
        state_ = State::kGround;
        EndCsi(static_cast<char>(byte), events);
      } else if (byte == kEsc) {
        state_ = State::kEscape;
      } else if (byte >= 0x20 && byte < 0x40) {
        if (byte == '$') {
          // rxvt ends Shift+Home as "7$"; elsewhere '$' is an intermediate byte of no key.
        } else if (params_.size() < kMaxParams) {
          params_.push_back(static_cast<char>(byte));
        } else {
          params_.assign(1, '?');  // too long for any key: read on to its end, ignored
        }
      } else {
        state_ = State::kGround;
      }
      return;
  }
}

void Decoder::Ground(uint8_t byte, bool alt, std::vector<InputEvent>* events) {
  KeyPress press{Key::kChar, byte, false, alt, false};
  if (byte == kEsc) {
    state_ = State::kEscape;
    alt_ = false;
    return;
  }
  if (byte == '\r' || byte == '\n') {
    press = KeyPress{Key::kEnter, 0, false, alt, false};
  } else if (byte == '\t') {
    press = KeyPress{Key::kTab, 0, false, alt, false};
  } else if (byte == 0x7f || byte == 0x08) {
    press = KeyPress{Key::kBackspace, 0, false, alt, false};
  } else if (byte == 0) {
    press = KeyPress{Key::kChar, ' ', false, alt, true};
  } else if (byte < 0x1b) {
    press = KeyPress{Key::kChar, static_cast<char32_t>(byte - 1 + 'a'), false, alt, true};
  } else if (byte < 0x20) {
    press = KeyPress{Key::kChar, static_cast<char32_t>(byte - 0x1c + '\\'), false, alt, true};
  } else if (byte >= 0x80) {
    if (byte < 0xc2 || byte > 0xf4) return;
    continuation_ = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    ch_ = byte & (0x3fU >> continuation_);
    alt_ = alt;
    state_ = State::kUtf8;
    return;
  }
  events->push_back(press);
}

void Decoder::Utf8(uint8_t byte, std::vector<InputEvent>* events) {
  if ((byte & 0xc0) != 0x80) {
    state_ = State::kGround;
    Ground(byte, false, events);
    return;
  }
  ch_ = ch_ << 6 | (byte & 0x3fU);
  if (--continuation_ > 0) return;
  state_ = State::kGround;
  const bool surrogate = ch_ >= 0xd800 && ch_ < 0xe000;
  if (ch_ >= 0xa0 && ch_ <= 0x10ffff && !surrogate) {
    events->push_back(KeyPress{Key::kChar, ch_, false, alt_, false});
  }
}

void Decoder::PasteByte(uint8_t byte, std::vector<InputEvent>* events) {
  paste_.push_back(static_cast<char>(byte));
  if (byte == '~' && paste_.ends_with(kPasteEnd)) {
    paste_.resize(paste_.size() - kPasteEnd.size());
    if (paste_.size() > kMaxPaste) paste_.resize(kMaxPaste);
    events->push_back(Paste{std::move(paste_)});
    paste_.clear();
    state_ = State::kGround;
  } else if (paste_.size() > kMaxPaste + 1024) {
    // Keep the head, and a tail long enough to see the end mark.
    paste_.erase(kMaxPaste, paste_.size() - kMaxPaste - kPasteEnd.size());
  }
}

void Decoder::EndCsi(char final, std::vector<InputEvent>* events) {
  if (params_.starts_with('<')) {
    if (final == 'M' || final == 'm') EndMouse(final, events);
    return;
  }
  const Numbers numbers = ParseNumbers(params_);
  if (!numbers.ok) return;
  const int first = numbers.count > 0 ? numbers.value[0] : 0;
  const int modifiers = numbers.count > 1 ? numbers.value[1] : 0;
  if (final == '~') {
    if (first == 200) {
      state_ = State::kPaste;
      paste_.clear();
      return;
    }
    const Key key = TildeKey(first);
    if (key != Key::kNone) events->push_back(WithModifiers(key, modifiers));
    return;
  }
  if (final == 'Z') {
    events->push_back(KeyPress{Key::kTab, 0, true, false, false});
    return;
  }
  if (final >= 'a' && final <= 'd') {  // rxvt: Shift+arrow
    const Key key = FinalKey(static_cast<char>(final - 'a' + 'A'));
    events->push_back(KeyPress{key, 0, true, false, false});
    return;
  }
  if (final == 'M') return;
  // "CSI 24 ; 80 R" answers a cursor query; F3 with modifiers is "CSI 1 ; m R".
  if (first > 1) return;
  const Key key = FinalKey(final);
  if (key != Key::kNone) events->push_back(WithModifiers(key, modifiers));
}

// "CSI < b ; x ; y M" (press) or "m" (release).  b: button 0–2, 4 shift, 8 alt, 16 ctrl, 32 motion,
// 64 and 65 the wheel.
void Decoder::EndMouse(char final, std::vector<InputEvent>* events) {
  const Numbers numbers = ParseNumbers(std::string_view(params_).substr(1));
  if (!numbers.ok || numbers.count != 3 || numbers.value[1] < 1 || numbers.value[2] < 1) return;
  const int bits = numbers.value[0];
  Mouse mouse{Mouse::Kind::kPress,  static_cast<uint8_t>(bits & 3),
              numbers.value[1] - 1, numbers.value[2] - 1,
              (bits & 4) != 0,      (bits & 8) != 0,
              (bits & 16) != 0};
  if ((bits & 64) != 0) {
    if ((bits & 3) > 1 || final == 'm') return;  // 66 and 67: a wheel that goes sideways
    mouse.kind = (bits & 1) != 0 ? Mouse::Kind::kWheelDown : Mouse::Kind::kWheelUp;
    mouse.button = 0;
  } else if (final == 'm') {
    mouse.kind = Mouse::Kind::kRelease;
  } else if ((bits & 32) != 0) {
    if ((bits & 3) == 3) return;  // motion without a button
    mouse.kind = Mouse::Kind::kDrag;
  } else if ((bits & 3) == 3) {
    return;
  }
  events->push_back(mouse);
}

}  // namespace rustnet::client
