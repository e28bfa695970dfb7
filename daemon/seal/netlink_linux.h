// SPDX-License-Identifier: Apache-2.0
// Netlink sockets of the host's network namespace: opened before it is left, they go on answering
// for it, to a process without capabilities (tried on 6.1 and 6.18).
#pragma once

#include "common/base/status.h"
#include "daemon/seal/handles.h"

namespace rustnet {

// rtnetlink: one socket for news of links and addresses, one for dumps; and the cookie of the
// namespace they are of (SO_NETNS_COOKIE, Linux 5.14).
Status OpenRouteSockets(Handles& handles);

// sock_diag.  A kernel without it leaves the handle empty: it is one source among others.
Status OpenSockDiag(Handles& handles);

// conntrack: a socket bound to its events (CAP_NET_ADMIN), and one by which all connections were
// asked for, as nobody may ask later.  Where that fails, `conntrack_refusal` says why.
Status OpenConntrack(Handles& handles);

}  // namespace rustnet
