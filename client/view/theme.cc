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

// What the tokens of a theme are made of.
struct Palette {
  uint32_t text, strong, muted, faint, border, status, selection, selected;
  uint32_t red, orange, yellow, green, teal, blue, violet, pink;
};

constexpr Palette kMuted = {0xc8ccd4, 0xd8dce4, 0x8a909c, 0x7f8692, 0x565c68, 0x22262e,
                            0x2f4a5e, 0xf2f4f8, 0xe06c75, 0xd6a06c, 0xe5c07b, 0x98c379,
                            0x70c0b8, 0x8fb8de, 0xb0a8e0, 0xc39bd3};
constexpr Palette kVivid = {0xffffff, 0xffffff, 0xb0b0b0, 0x9a9a9a, 0x767676, 0x1c1c1c,
                            0x005f87, 0xffffff, 0xff5f5f, 0xffaf5f, 0xffd75f, 0x5fff87,
                            0x00d7ff, 0x5fafff, 0xafafff, 0xff87ff};
constexpr Palette kMocha = {0xcdd6f4, 0xcdd6f4, 0xa6adc8, 0x9399b2, 0x585b70, 0x181825,
                            0x45475a, 0xcdd6f4, 0xf38ba8, 0xfab387, 0xf9e2af, 0xa6e3a1,
                            0x94e2d5, 0x89b4fa, 0xb4befe, 0xcba6f7};
constexpr Palette kTokyo = {0xc0caf5, 0xd5dcfa, 0xa9b1d6, 0x828bb8, 0x565f89, 0x16161e,
                            0x33467c, 0xd5dcfa, 0xf7768e, 0xff9e64, 0xe0af68, 0x9ece6a,
                            0x7dcfff, 0x7aa2f7, 0x9d7cd8, 0xbb9af7};
constexpr Palette kGruvbox = {0xebdbb2, 0xfbf1c7, 0xbdae93, 0xa89984, 0x665c54, 0x1d2021,
                              0x504945, 0xfbf1c7, 0xfb4934, 0xfe8019, 0xfabd2f, 0xb8bb26,
                              0x8ec07c, 0x83a598, 0xb3a0d0, 0xd3869b};
constexpr Palette kNord = {0xe5e9f0, 0xeceff4, 0xaeb8c8, 0x9aa5b8, 0x5b667c, 0x2e3440,
                           0x434c5e, 0xeceff4, 0xd0727b, 0xd08770, 0xebcb8b, 0xa3be8c,
                           0x8fbcbb, 0x88c0d0, 0x81a1c1, 0xb48ead};
constexpr Palette kLight = {0x24292f, 0x1b1f24, 0x57606a, 0x5f6871, 0x8c959f, 0xeaeef2,
                            0xb6d7ff, 0x10151a, 0xa40e26, 0x953800, 0x7d4e00, 0x116329,
                            0x0e6470, 0x0550ae, 0x4a4fa0, 0x6639ba};
constexpr Palette kHighContrast = {0xffffff, 0xffffff, 0xe0e0e0, 0xd0d0d0, 0xffffff, 0x000000,
                                   0x0000c0, 0xffffff, 0xff8080, 0xffc040, 0xffff00, 0x00ff00,
                                   0x00ffff, 0x80d0ff, 0xc0c0ff, 0xff80ff};

// In the order of Token.
std::array<uint32_t, kTokens> Tokens(const Palette& p) {
  return {p.text,   p.muted,     p.faint,    p.strong, p.muted,  p.yellow, p.teal, p.border,
          p.status, p.selection, p.selected, p.green,  p.yellow, p.red,    p.blue, p.violet,
          p.green,  p.orange,    p.green,    p.orange, p.yellow, p.yellow, p.pink, p.red,
          p.blue,   p.strong,    p.yellow,   p.red,    p.faint,  p.blue,   p.blue, p.green,
          p.yellow, p.pink,      p.teal,     p.orange, p.violet, p.text};
}

struct Named {
  std::string_view name;
  const Palette* palette;
  bool mono;
};

constexpr Named kThemes[] = {{"muted", &kMuted, false},
                             {"vivid", &kVivid, false},
                             {"catppuccin-mocha", &kMocha, false},
                             {"tokyo-night", &kTokyo, false},
                             {"gruvbox", &kGruvbox, false},
                             {"nord", &kNord, false},
                             {"light", &kLight, false},
                             {"high-contrast", &kHighContrast, false},
                             {"mono", &kMuted, true}};

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
    const std::array<uint32_t, kTokens> colors = Tokens(*named.palette);
    std::transform(colors.begin(), colors.end(), theme.colors.begin(), Hex);
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
