// SPDX-License-Identifier: Apache-2.0
// Rungs L0 and L1: the ring of the BPF programs and the iterator over all sockets.
#pragma once

#include <memory>
#include <string>

#include "daemon/attribution/attribution.h"

namespace rustnet {

// REQUIRES: handles.bpf.loaded().  Null: the ring cannot be mapped; `why` says it in a
// sentence.
std::unique_ptr<Attribution> MakeBpfAttribution(const Handles& handles, std::string* why);

}  // namespace rustnet
