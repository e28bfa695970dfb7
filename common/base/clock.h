// SPDX-License-Identifier: Apache-2.0
// The wall clock, for the edges of the daemon and the client.  A replay hands out a clock of its
// own.
#pragma once

#include "common/base/time.h"

namespace rustnet {

// ns since 1970 by CLOCK_REALTIME.
Time WallNow();
// ns since an arbitrary point by CLOCK_MONOTONIC: for deadlines.
Time MonotonicNow();

}  // namespace rustnet
