// SPDX-License-Identifier: Apache-2.0
// What rustnetd can be asked to do.  Each seals the process before it reads a byte that others
// chose.
#pragma once

#include "common/base/status.h"
#include "daemon/config.h"

namespace rustnet {

// Captures and serves until SIGTERM or SIGINT.
Status Monitor(const Config& config);

// Serves what one capture file holds, at its own speed or faster, until SIGTERM or SIGINT.
Status Replay(const Config& config);

// --flows, --flows-dir: a line per flow of each file.  The error is the first file's that had one;
// the lines of all others, and of its good part, are written all the same.
Status WriteFlows(const Config& config);

// --list-interfaces
Status PrintInterfaces();

}  // namespace rustnet
