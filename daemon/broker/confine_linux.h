// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace rustnet {

// The only descriptor that a confined broker may send to and receive from.
inline constexpr int kBrokerSocket = 0;

// Takes from this process all but what a walk of /proc needs: its namespaces, its root directory,
// its user, its capabilities but CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, and all system calls but a
// dozen.  Empty if every step passed, else which did not.  REQUIRES: one thread, root.
std::string ConfineBroker(uint32_t uid, uint32_t gid);

}  // namespace rustnet
