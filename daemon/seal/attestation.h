// SPDX-License-Identifier: Apache-2.0
// What the seal can say about itself, each control with its evidence (GetServerInfo.sandbox).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/seal/seal_config.h"

namespace rustnet {

// As rustnet.v1.SandboxControl.State (same numbers).
enum class ControlState : uint8_t {
  kUnspecified = 0,
  kVerified = 1,     // the kernel was asked, or an attempt was refused
  kRequested = 2,    // the call succeeded, nothing confirms it
  kUnsupported = 3,  // this system, or this caller, cannot have it
  kOff = 4,
};

struct SandboxControl {
  std::string control;  // uid gid groups cap_{effective,permitted,bounding,ambient} no_new_privs …
  ControlState state = ControlState::kUnspecified;
  std::string value;     // as read: "0", "2", "abi 5"
  std::string evidence;  // "read: capget", "probed: connect refused"
};

struct Attestation {
  SandboxMode mode = SandboxMode::kStrict;
  std::vector<SandboxControl> controls;
  uint32_t acts_tried = 0;  // forbidden acts, tried after the first filter
  uint32_t acts_refused = 0;
  std::vector<std::string> acts_allowed;  // names of those that were not refused
};

}  // namespace rustnet
