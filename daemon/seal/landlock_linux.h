// SPDX-License-Identifier: Apache-2.0
// Landlock (Linux 5.13; Documentation/userspace-api/landlock.rst): the file system, TCP and signals
// denied by rules that hold whatever user or root directory the process has.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Denies every file and directory not yet open, but what lies beneath `state_dir` (-1: nothing);
// TCP bind and connect from ABI 4, abstract Unix sockets and signals to others from ABI 6.
// Landlock cannot be read back, so it is probed.  REQUIRES: no_new_privs, and that "/" exists.
// FailedPrecondition where the kernel has no Landlock.
Status EnterLandlock(int state_dir, Attestation& attestation);

}  // namespace rustnet
