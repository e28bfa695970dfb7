// SPDX-License-Identifier: Apache-2.0
// What the seal is told: what to open, who to become, how strict to be.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/seal/open_capture.h"

namespace rustnet {

// What a confining step that fails means.  Root and capabilities are given up in every mode.
enum class SandboxMode : uint8_t {
  kStrict,      // the end: nothing is served
  kBestEffort,  // a control that every client shows as missing
  kReport,  // as kBestEffort; system calls outside the list are logged by the kernel, not refused
  kOff,     // namespaces, Landlock and seccomp are left out, for debuggers
};

// What local users see who are neither root nor in group rustnet.
enum class OthersAccess : uint8_t { kOwn, kNone };

struct SealConfig {
  CaptureConfig capture;
  std::string socket_path = "/run/rustnet/rustnetd.sock";
  std::string user = "rustnet";
  std::string state_dir;   // empty: none, and no file system at all after the seal
  std::string log_file;    // empty: stderr
  int64_t owner_uid = -1;  // this user may connect like group rustnet
  OthersAccess others = OthersAccess::kOwn;
  SandboxMode mode = SandboxMode::kStrict;
  std::vector<std::string> read_files;   // not empty: a replay of these, as the caller ("-": stdin)
  std::vector<std::string> write_files;  // opened before the seal and emptied
  bool serve = true;                     // false: no listener
  bool load_bpf = true;

  bool replay() const { return !read_files.empty(); }
};

}  // namespace rustnet
