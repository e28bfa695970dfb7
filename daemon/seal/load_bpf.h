// SPDX-License-Identifier: Apache-2.0
// Loads and attaches the BPF programs that tell which process owns a socket (rungs L0
// and L1 of daemon/attribution).  Privileged: before the seal, in the host's namespaces.
#pragma once

#include "daemon/seal/handles.h"

namespace rustnet {

// Needs CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and CAP_SYS_ADMIN only where no cgroup2 hierarchy
// is mounted.  Never fails: without BPF the rung is "UID", and `refusal` and `refusal_reason` say
// why.  Nothing is written to the terminal; what libbpf said is in `log`.
BpfHandles LoadBpf();

// Detaches and frees everything: for tests and for a start that fails later on.
void UnloadBpf(BpfHandles* handles);

}  // namespace rustnet
