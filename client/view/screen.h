// SPDX-License-Identifier: Apache-2.0
// The terminal.  A frame reaches it in one write, between the marks of a synchronised update
// (DECSET 2026); a frame like the last one writes nothing.  Whatever way the program ends, the
// terminal gets its modes back.
#pragma once

#include <memory>
#include <string_view>

#include "client/view/render.h"
#include "common/base/status.h"

namespace rustnet::client {

class Screen {
 public:
  struct Options {
    bool mono = false;
    bool mouse = true;
    bool sync = true;
  };

  virtual ~Screen() = default;

  virtual Size size() const = 0;
  // True if the terminal shows fewer than eight colours, or none.
  virtual bool mono() const = 0;
  virtual void Present(const Frame& frame, const Theme& theme) = 0;
  // Takes the terminal's new size.
  virtual void Resize() = 0;
  // The next frame is drawn from nothing.
  virtual void Redraw() = 0;
  // Gives the terminal back, and takes it again.
  virtual void Leave() = 0;
  virtual void Enter() = 0;
  // A sequence of our own, between two frames.
  virtual void Send(std::string_view bytes) = 0;
};

// Chooses a UTF-8 locale; false: there is none, draw in ASCII.  Call once, before OpenScreen.
bool ChooseLocale();

// REQUIRES: standard input and output are a terminal.  One at a time.
StatusOr<std::unique_ptr<Screen>> OpenScreen(const Screen::Options& options);

// The OSC 52 sequence that puts `text` into the terminal's clipboard; empty if it is too long.
std::string ClipboardSequence(std::string_view text);

}  // namespace rustnet::client
