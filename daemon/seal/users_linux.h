// SPDX-License-Identifier: Apache-2.0
// Who the daemon becomes, and the way there: uid, gid, groups and capabilities.  Each step asks the
// kernel afterwards and says what it answered.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Live: REQUIRES root (PermissionDenied) and `config.user` (FailedPrecondition).  A replay by an
// ordinary user stays that user; one by root becomes `config.user`, else nobody.
StatusOr<AccessIds> FindAccessIds(const SealConfig& config);

// Sets all three ids of `ids`, and no supplementary group.  An ordinary user stays who it is.
Status BecomeUser(const AccessIds& ids, Attestation& attestation);

// Empties the bounding, permitted, effective, inheritable and ambient sets.  Where the caller may
// not lower its bounding set (an ordinary user), that control is `unsupported`.
Status DropCapabilities(Attestation& attestation);

// no_new_privs, and non-dumpable unless `debuggable`: no core file, no ptrace, /proc/PID is root's.
Status ForbidNewPrivileges(bool debuggable, Attestation& attestation);

}  // namespace rustnet
