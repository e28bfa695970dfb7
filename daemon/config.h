// SPDX-License-Identifier: Apache-2.0
// What the daemon was told to do: command line over file over defaults.  Reading it touches no
// network byte and needs no privilege; every mistake is one sentence with its place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "daemon/seal/seal_config.h"

namespace rustnet {

enum class Action : uint8_t { kServe, kFlows, kCheckConfig, kPrintConfig, kListInterfaces, kPrint };
struct Config {
  SealConfig seal;  // [server], [capture], [access], and what to read
  // [table]
  uint32_t connections = 1'000'000;
  uint32_t historic = 5'000;
  // [log]
  std::string log_level = "info";

  // Command line only.
  double speed = 0;       // times real time; 0: as fast as it goes
  std::string flows;      // --flows OUT; "-" is stdout
  std::string flows_dir;  // --flows-dir DIR
  bool show_secrets = false;
  Action action = Action::kServe;
  std::string text;  // kPrint: help or version, to be printed
};

// Fills what `toml` says into `config`.  An unknown key, a wrong type or a value out of range is
// FailedPrecondition "FILE:LINE:COLUMN: …"; `config` is unchanged then.
Status ApplyToml(std::string_view toml, std::string_view file_name, Config* config);

// The file that --print-config writes: every key with its value.
std::string PrintConfig(const Config& config);

// From the command line, and from the file that it names (or /etc/rustnet/rustnetd.toml, if that
// exists). InvalidArgument: usage; FailedPrecondition: the file.
StatusOr<Config> ParseCommandLine(int argc, const char* const* argv);

}  // namespace rustnet
