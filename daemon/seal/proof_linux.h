// SPDX-License-Identifier: Apache-2.0
// The proof that the seal holds: each forbidden act is tried in this very process, between the
// first filter, which refuses, and the second, which kills.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/os.h"

namespace rustnet {

// Tries every act; FailedPrecondition names those that succeeded.  `filtered`: the first filter
// refuses; without it only acts are tried that do no harm if they succeed.
Status ProveConfined(bool filtered, const Handles& handles, Attestation& attestation);

}  // namespace rustnet
