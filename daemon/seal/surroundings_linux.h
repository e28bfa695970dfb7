// SPDX-License-Identifier: Apache-2.0
// What a process finds around it and would open later: files it is given, log, time zone, standard
// streams, state directory, service manager.  All of it is opened here, as nothing opens later.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Capture files and output files.  DataLoss for a single capture file that cannot be opened; of
// several, each that cannot be opened has its sentence in `capture_file_errors`.
Status OpenFiles(const SealConfig& config, Handles& handles);

// State directory, log, notify socket, /dev/null as stdin, time zone; GRPC_* and *_proxy are unset.
Status OpenSurroundings(const SealConfig& config, Handles& handles);

}  // namespace rustnet
