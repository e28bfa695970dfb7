// SPDX-License-Identifier: Apache-2.0
// The scan broker: a process of its own that tells which process has which socket, by looking at
// the open files of all.  Only where BPF cannot be loaded (rung SCAN): reading them needs two
// capabilities at the time of looking, so somebody has to keep them.
//
// It never sees a byte from the network or from a client: what it gets is one byte from the daemon,
// what it opens is below a read-only /proc whose links cannot be followed.  docs/privilege.md.
#pragma once

#include <cstdint>

#include "common/base/status.h"
#include "common/base/unique_fd.h"

namespace rustnet {

struct Broker {
  UniqueFd socket;  // scan_message.h; its closing ends the broker
  int pid = 0;
};

// REQUIRES: one thread, root or CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_SETGID,
// CAP_SETPCAP and CAP_SYS_ADMIN.  FailedPrecondition where they are missing, Unimplemented on other
// platforms; Internal if the broker did not confine itself.
StatusOr<Broker> StartBroker(uint32_t uid, uint32_t gid);

}  // namespace rustnet
