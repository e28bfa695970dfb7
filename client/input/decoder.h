// SPDX-License-Identifier: Apache-2.0
// Bytes of a terminal in raw mode → events.  Knows both forms of every key that xterm, tmux,
// screen, rxvt and the Linux console send (CSI, SS3, tilde), xterm's modifiers, SGR mouse reports
// (DECSET 1006) and bracketed paste (DECSET 2004), so it asks no terminfo entry.
//
// A lone ESC is a key only after a pause: the caller waits while pending() and then calls
// Timeout().  Whatever bytes come, the state is bounded and no byte of a sequence becomes a key.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/input/event.h"

namespace rustnet::client {

class Decoder {
 public:
  // Appends the events that end in `bytes`.
  void Feed(std::string_view bytes, std::vector<InputEvent>* events);

  // An ESC (or a cut sequence) waits for more.
  bool pending() const { return state_ != State::kGround && state_ != State::kPaste; }
  void Timeout(std::vector<InputEvent>* events);

 private:
  enum class State : uint8_t { kGround, kUtf8, kEscape, kSs3, kCsi, kLinuxF, kPaste };

  void Byte(uint8_t byte, std::vector<InputEvent>* events);
  void Ground(uint8_t byte, bool alt, std::vector<InputEvent>* events);
  void Utf8(uint8_t byte, std::vector<InputEvent>* events);
  void PasteByte(uint8_t byte, std::vector<InputEvent>* events);
  void EndCsi(char final, std::vector<InputEvent>* events);
  void EndMouse(char final, std::vector<InputEvent>* events);

  State state_ = State::kGround;
  bool alt_ = false;    // the character being read follows an ESC
  std::string params_;  // of a CSI; bounded
  std::string paste_;   // bounded
  char32_t ch_ = 0;     // of a UTF-8 sequence
  int continuation_ = 0;
};

}  // namespace rustnet::client
