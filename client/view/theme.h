// SPDX-License-Identifier: Apache-2.0
// What a cell means (a token), and what a token looks like.  Renderers use tokens alone; colours
// are chosen where cells meet the terminal.  The first twenty names are RustNet's, so that its
// theme files load.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/status.h"

namespace rustnet::client {

enum class Token : uint8_t {
  kText,
  kMuted,
  kFaint,
  kHeading,
  kLabel,
  kKey,
  kAccent,
  kBorder,
  kStatusBg,
  kSelectionBg,
  kSelectionFg,
  kOk,
  kWarn,
  kErr,
  kInfo,
  kSpecial,
  kRx,
  kTx,
  kRxWave,
  kTxWave,
  kHeld,
  kPaused,
  kRedact,
  kAlertNew,
  kLink,
  kGroup,
  kStale1,
  kStale2,
  kClosed,
  kPast,
  kHue0,  // eight hues for process names
  kHue1,
  kHue2,
  kHue3,
  kHue4,
  kHue5,
  kHue6,
  kHue7,
  kNone,  // the terminal's own background
};
inline constexpr size_t kTokens = static_cast<size_t>(Token::kNone);

std::string_view TokenName(Token token);
// One letter per token, for the .attr files of the golden screens.
char TokenLetter(Token token);

struct Rgb {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  friend bool operator==(const Rgb&, const Rgb&) = default;
};

// Rgb by "#rrggbb" or one of the eight ANSI names.
std::optional<Rgb> ParseColor(std::string_view text);

struct Theme {
  std::string_view name;
  std::array<Rgb, kTokens> colors{};
  bool ascii = false;  // nothing outside ASCII reaches a cell
  bool mono = false;   // no colour: staleness gets marks, selection its ▌
};

// "muted", "vivid", "light", "high-contrast", "mono", …; an unknown name lists what there is.
StatusOr<Theme> FindTheme(std::string_view name);
std::vector<std::string_view> ThemeNames();

// Gives the token of that name another colour.
Status Override(Theme* theme, std::string_view token, std::string_view color);

// The nearest of the 256 colours of xterm (16–255), and of the 16 ANSI ones.
int Nearest256(Rgb color);
int Nearest16(Rgb color);

}  // namespace rustnet::client
