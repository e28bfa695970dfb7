// SPDX-License-Identifier: Apache-2.0
// The command line of rustnet-client (docs: rustnet-client --help).  Every mistake is one sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/base/time.h"

namespace rustnet::client {

enum class Command : uint8_t {
  kScreen,  // the terminal user interface
  kList,
  kWatch,
  kShow,
  kProcesses,
  kInterfaces,
  kStats,
  kStatus,
  kReload,
  kPrintKeys,
  kPrint,  // Options::text: help or version
};

enum class Format : uint8_t { kTable, kJsonl, kCsv };

struct Options {
  Command command = Command::kScreen;
  std::string socket;  // empty: environment, configuration, default
  // A daemon of our own.
  bool standalone = false;
  std::vector<std::string> interfaces;
  std::string read_file;
  // One-shot commands.
  std::string filter;
  std::optional<std::string> sort;
  uint32_t limit = 0;  // 0: all
  Format format = Format::kTable;
  std::optional<Duration> duration;
  bool historic = false;
  std::string argument;  // of show, reload
  // The screen.
  std::string config_file;
  std::string theme;
  std::optional<uint32_t> refresh_ms;
  bool ascii = false;
  bool mono = false;
  bool mouse = true;
  bool sync = true;

  std::string text;  // kPrint
};

// `terminal`: standard output is one; without it no command means list.
StatusOr<Options> ParseOptions(int argc, const char* const* argv, bool terminal);

// "500ms", "5s", "2m", "1h".
std::optional<Duration> ParseDuration(std::string_view text);

}  // namespace rustnet::client
