// SPDX-License-Identifier: Apache-2.0
// The API's Unix socket: taken over from systemd, or bound.  The sealed daemon cannot unlink it, so
// a file that nobody listens on is normal and is replaced; one that answers is another daemon.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/base/unique_fd.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Descriptor 3 if the environment hands one to this process (sd_listen_fds(3)); none: an empty
// UniqueFd.  FailedPrecondition if it is not a listening Unix stream socket.  Clears the variables.
StatusOr<UniqueFd> InheritedListener();

// Binds beside `config.socket_path` and renames over it, so that a client finds either the old
// socket or a listening one.  Owned by group rustnet where this process may; mode 0666 if others
// may see their own rows (SO_PEERCRED decides what a peer sees), else 0660; 0600 for a replay by an
// ordinary user.  A missing directory is made: 0755, or, for `owner_uid`, 0700 and that user's.
// AlreadyExists if a daemon answers there.
StatusOr<UniqueFd> BindListener(const SealConfig& config, const AccessIds& ids);

}  // namespace rustnet
