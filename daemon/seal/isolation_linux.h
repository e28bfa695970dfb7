// SPDX-License-Identifier: Apache-2.0
// Leaving the host's namespaces and file system.  Never a user namespace: in one, SO_PEERCRED names
// every peer 65534 (user_namespaces(7)), and access is decided by it.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Internal if this process has more than one thread: user, namespaces and Landlock are per thread.
Status CheckOneThread();

// Own network (no interface but a loopback that is down), IPC, UTS and mount namespaces.
// REQUIRES: CAP_SYS_ADMIN, /proc.
Status LeaveNamespaces(Attestation& attestation);

// An empty, read-only root directory.  pivot_root(2) where it is possible, which leaves no way
// back; chroot(2) where this process runs in a plain chroot.  REQUIRES: LeaveNamespaces was called.
Status EnterEmptyRoot(Attestation& attestation);

}  // namespace rustnet
