// SPDX-License-Identifier: Apache-2.0
// The two system call filters (seccomp(2), by libseccomp).  The first is an allow-list: the rest is
// refused, so that each forbidden act can be tried and survived.  The second, on top of it, ends
// the process at what no library ever tries.  The lists are in syscalls_linux.cc.
#pragma once

#include <sys/types.h>

#include <vector>

#include "common/base/status.h"

namespace rustnet {

// What the rows' conditions are about.
struct FilterFacts {
  pid_t pid = 0;                 // this process: the only one that it may signal
  int state_dir = -1;            // the only directory beneath which it may open; -1: none
  std::vector<int> capture_fds;  // never written to, never duplicated: no packet leaves by them
};

// More capture descriptors than this are not guarded: a filter has at most 4096 instructions.
inline constexpr size_t kMostGuardedFds = 64;

// The allow-list; `log_only`: what is not on it is logged by the kernel and let through.
Status LoadAllowList(const FilterFacts& facts, bool log_only);
// The kill list.  REQUIRES: LoadAllowList was called, or there is no allow-list.
Status LoadKillList(const FilterFacts& facts);

}  // namespace rustnet
