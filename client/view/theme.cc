// SPDX-License-Identifier: Apache-2.0
#include "client/view/theme.h"

#include <algorithm>
#include <string>

#include "common/base/text.h"

namespace rustnet::client {
namespace {

struct TokenRow {
  std::string_view name;
  char letter;
};

constexpr std::array<TokenRow, kTokens + 1> kTokenRows = {{
    {"text", '.'},      {"muted", 'm'},        {"faint", 'f'},        {"heading", 'h'},
    {"label", 'l'},     {"key", 'k'},          {"accent", 'a'},       {"border", 'b'},
    {"status_bg", 'B'}, {"selection_bg", 'S'}, {"selection_fg", 's'}, {"ok", 'o'},
    {"warn", 'w'},      {"err", 'e'},          {"info", 'i'},         {"special", 'p'},
    {"rx", 'r'},        {"tx", 't'},           {"rx_wave", 'R'},      {"tx_wave", 'T'},
    {"held", 'H'},      {"paused", 'P'},       {"redact", 'D'},       {"alert_new", 'A'},
    {"link", 'L'},      {"group", 'g'},        {"stale1", 'y'},       {"stale2", 'Y'},
    {"closed", 'c'},    {"past", 'q'},         {"hue0", '0'},         {"hue1", '1'},
    {"hue2", '2'},      {"hue3", '3'},         {"hue4", '4'},         {"hue5", '5'},
    {"hue6", '6'},      {"hue7", '7'},         {"none", ' '},
}};

constexpr Rgb Hex(uint32_t value) {
  return {static_cast<uint8_t>(value >> 16), static_cast<uint8_t>(value >> 8 & 0xff),
          static_cast<uint8_t>(value & 0xff)};
}

// In the order of Token.
constexpr uint32_t kMuted[kTokens] = {
    0xc8ccd4, 0x8a909c, 0x6f7682, 0xd8dce4, 0x9aa2b0, 0xe5c07b, 0x7fb4ca, 0x565c68,
    0x22262e, 0x2f4a5e, 0xf2f4f8, 0x98c379, 0xe5c07b, 0xe06c75, 0x8fb8de, 0xc39bd3,
    0x7fbf9a, 0xd6a06c, 0x5f9f80, 0xb08050, 0xe5c07b, 0xe5c07b, 0xb06fc0, 0xff8f70,
    0x8fb8de, 0xa8b4c8, 0xe5c07b, 0xe06c75, 0x7a808c, 0x6f8fd0, 0x8fb8de, 0x98c379,
    0xd8b070, 0xc39bd3, 0x70c0b8, 0xd89090, 0xa8b878, 0xb0a8e0};
constexpr uint32_t kVivid[kTokens] = {
    0xffffff, 0xb0b0b0, 0x8c8c8c, 0xffffff, 0xd0d0d0, 0xffd75f, 0x00d7ff, 0x767676,
    0x1c1c1c, 0x005f87, 0xffffff, 0x5fff87, 0xffd75f, 0xff5f5f, 0x5fafff, 0xff87ff,
    0x5fffaf, 0xffaf5f, 0x00d787, 0xff8700, 0xffd75f, 0xffd75f, 0xd75fff, 0xff5f5f,
    0x5fafff, 0xd7d7ff, 0xffd75f, 0xff5f5f, 0x9e9e9e, 0x87afff, 0x5fafff, 0x5fff87,
    0xffd787, 0xff87ff, 0x5fffff, 0xff8787, 0xd7ff5f, 0xafafff};
constexpr uint32_t kLight[kTokens] = {
    0x24292f, 0x57606a, 0x6e7781, 0x1b1f24, 0x424a53, 0x7d4e00, 0x0550ae, 0x8c959f,
    0xeaeef2, 0xb6d7ff, 0x10151a, 0x116329, 0x7d4e00, 0xa40e26, 0x0550ae, 0x6639ba,
    0x116329, 0x953800, 0x1a7f37, 0xbc4c00, 0x7d4e00, 0x7d4e00, 0x6639ba, 0xa40e26,
    0x0550ae, 0x424a53, 0x7d4e00, 0xa40e26, 0x6e7781, 0x3450a0, 0x0550ae, 0x116329,
    0x7d4e00, 0x6639ba, 0x0e6470, 0xa40e26, 0x4d6000, 0x4a4fa0};
constexpr uint32_t kHighContrast[kTokens] = {
    0xffffff, 0xd0d0d0, 0xc0c0c0, 0xffffff, 0xffffff, 0xffff00, 0x00ffff, 0xffffff,
    0x000000, 0x0000c0, 0xffffff, 0x00ff00, 0xffff00, 0xff8080, 0x80d0ff, 0xff80ff,
    0x00ff80, 0xffc040, 0x00ff80, 0xffc040, 0xffff00, 0xffff00, 0xff80ff, 0xff8080,
    0x80d0ff, 0xffffff, 0xffff00, 0xff8080, 0xc0c0c0, 0x80a0ff, 0xffffff, 0xffffff,
    0xffffff, 0xffffff, 0xffffff, 0xffffff, 0xffffff, 0xffffff};

struct Named {
  std::string_view name;
  const uint32_t* colors;
  bool mono;
};

constexpr Named kThemes[] = {{"muted", kMuted, false},
                             {"vivid", kVivid, false},
                             {"light", kLight, false},
                             {"high-contrast", kHighContrast, false},
                             {"mono", kMuted, true}};

struct AnsiColor {
  std::string_view name;
  uint32_t value;
};

// xterm's defaults.
constexpr AnsiColor kAnsi[16] = {
    {"black", 0x000000},      {"red", 0xcd0000},           {"green", 0x00cd00},
    {"yellow", 0xcdcd00},     {"blue", 0x0000ee},          {"magenta", 0xcd00cd},
    {"cyan", 0x00cdcd},       {"white", 0xe5e5e5},         {"brightblack", 0x7f7f7f},
    {"brightred", 0xff0000},  {"brightgreen", 0x00ff00},   {"brightyellow", 0xffff00},
    {"brightblue", 0x5c5cff}, {"brightmagenta", 0xff00ff}, {"brightcyan", 0x00ffff},
    {"brightwhite", 0xffffff}};

int Distance(Rgb a, Rgb b) {
  const int red = a.red - b.red;
  const int green = a.green - b.green;
  const int blue = a.blue - b.blue;
  return 2 * red * red + 4 * green * green + 3 * blue * blue;
}

}  // namespace

std::string_view TokenName(Token token) { return kTokenRows[static_cast<size_t>(token)].name; }
char TokenLetter(Token token) { return kTokenRows[static_cast<size_t>(token)].letter; }

std::optional<Rgb> ParseColor(std::string_view text) {
  for (const AnsiColor& ansi : kAnsi) {
    if (EqualsIgnoreCase(text, ansi.name)) return Hex(ansi.value);
  }
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  uint32_t value = 0;
  for (const char raw : text.substr(1)) {
    const char c = ToLower(raw);
    if (c >= '0' && c <= '9') {
      value = value << 4 | static_cast<uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value << 4 | static_cast<uint32_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return Hex(value);
}

StatusOr<Theme> FindTheme(std::string_view name) {
  for (const Named& named : kThemes) {
    if (named.name != name) continue;
    Theme theme;
    theme.name = named.name;
    theme.mono = named.mono;
    std::transform(named.colors, named.colors + kTokens, theme.colors.begin(), Hex);
    return theme;
  }
  std::string known;
  for (const Named& named : kThemes) {
    known.append(known.empty() ? "" : ", ").append(named.name);
  }
  return InvalidArgument("there is no theme '" + Printable(name, 64) + "'; there are " + known);
}

std::vector<std::string_view> ThemeNames() {
  std::vector<std::string_view> names;
  for (const Named& named : kThemes) names.push_back(named.name);
  return names;
}

Status Override(Theme* theme, std::string_view token, std::string_view color) {
  for (size_t i = 0; i < kTokens; ++i) {
    if (kTokenRows[i].name != token) continue;
    const std::optional<Rgb> rgb = ParseColor(color);
    if (!rgb) {
      return InvalidArgument("theme.overrides: '" + Printable(color, 32) +
                             "' is no colour; write #rrggbb or an ANSI name");
    }
    theme->colors[i] = *rgb;
    return Ok();
  }
  return InvalidArgument("theme.overrides: there is no token '" + Printable(token, 32) + "'");
}

int Nearest256(Rgb color) {
  // 16–231: a cube of six levels; 232–255: greys 8, 18, … 238.
  static constexpr int kLevels[] = {0, 95, 135, 175, 215, 255};
  const auto level = [](uint8_t value) {
    int best = 0;
    for (int i = 1; i < 6; ++i) {
      if (std::abs(kLevels[i] - value) < std::abs(kLevels[best] - value)) best = i;
    }
    return best;
  };
  const int r = level(color.red);
  const int g = level(color.green);
  const int b = level(color.blue);
  const Rgb cube{static_cast<uint8_t>(kLevels[r]), static_cast<uint8_t>(kLevels[g]),
                 static_cast<uint8_t>(kLevels[b])};
  const int average = (color.red + color.green + color.blue) / 3;
  const int step = std::clamp((average - 3) / 10, 0, 23);
  const auto grey = static_cast<uint8_t>(8 + 10 * step);
  if (Distance(color, Rgb{grey, grey, grey}) < Distance(color, cube)) return 232 + step;
  return 16 + 36 * r + 6 * g + b;
}

int Nearest16(Rgb color) {
  int best = 0;
  for (int i = 1; i < 16; ++i) {
    if (Distance(color, Hex(kAnsi[i].value)) < Distance(color, Hex(kAnsi[best].value))) best = i;
  }
  return best;
}

}  // namespace rustnet::client
