// SPDX-License-Identifier: Apache-2.0
// $XDG_CONFIG_HOME/rustnet/config.toml, written by hand and never by us.  An error names
// file:line:column and shows nothing of the file; an unknown key is a warning with the nearest one
// that exists.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "client/input/keymap.h"
#include "common/base/status.h"

namespace rustnet::client {

struct Config {
  // [socket]
  std::string socket;
  // [ui]
  uint32_t refresh_ms = 500;
  std::string theme = "muted";
  std::string sort = "down:desc";
  std::string group = "none";
  std::string filter;
  bool mouse = true;
  bool confirm_quit = true;
  uint32_t hold_ms = 3'000;
  bool sync = true;
  uint32_t esc_delay_ms = 25;
  bool sidebar = true;
  bool historic = false;
  // [theme.overrides]: token → "#rrggbb" or an ANSI name, checked by whoever knows themes.
  std::vector<std::pair<std::string, std::string>> colors;
  // [keys]
  Keymap keymap;

  std::vector<std::string> warnings;
};

// $XDG_CONFIG_HOME/rustnet/config.toml, else ~/.config/rustnet/config.toml; empty: no home.
std::string DefaultConfigPath();

// FailedPrecondition "FILE:LINE:COLUMN: …".
StatusOr<Config> ParseConfig(std::string_view toml, const std::string& file_name);

// The file, or the defaults if `path` is empty and the default file does not exist.
StatusOr<Config> LoadConfig(const std::string& path);

// The word of `known` that is fewest changes away from `word`; empty if none is near.
std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace rustnet::client
