// SPDX-License-Identifier: Apache-2.0
// What is done with a packet socket (packet(7)), with privilege to open it and without any to bind
// it again: all but OpenRing work behind the seal.
#pragma once

#include <cstdint>
#include <span>

#include "common/base/status.h"
#include "daemon/seal/handles.h"
#include "daemon/seal/interfaces.h"
#include "daemon/seal/open_capture_filter.h"

namespace rustnet {

// A socket that is bound to nothing and lets nothing pass, with a mapped ring of about `ring_mib`;
// sets fd, ring, block_* and snaplen of `handle`.  PermissionDenied, or ResourceExhausted for want
// of memory.
Status OpenRing(int ring_mib, int snaplen, CaptureHandle* handle);

// Replaces the filter at once: no packet is lost or let through in between.
Status AttachFilter(int fd, const FilterProgram& program);

// What may pass on `interface` under `filter`; InvalidArgument if the filter does not apply to its
// link type.
StatusOr<FilterProgram> ProgramFor(const CaptureFilter& filter, const NetworkInterface& interface);

// Binds the socket to `interface`; sets name, index and link_type, and clears `spare`.  Its filter
// stays.  What the ring still holds of another interface stays in it.
// REQUIRES: !handle->joined.  Unavailable: it is gone already.
Status BindCapture(const NetworkInterface& interface, bool promiscuous, CaptureHandle* handle);

// Makes bound sockets of one interface share its packets by FanoutProgram, in a new group: number i
// of `fds` gets what hashes to i.  REQUIRES: the interface is up; each lets nothing pass (DropAll),
// so that no packet is given to the wrong one while the group forms.
Status JoinFanout(std::span<const int> fds);

}  // namespace rustnet
