// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rustnet {

// From now on large blocks are the system's again as soon as they are freed, however large those
// before were.  To be called once, early.
void ReturnLargeBlocks();

// Gives freed memory back to the system, as far as the allocator can: after a burst it would keep
// most of it, because what lives on lies between.  Takes milliseconds per 100 MB.
void ReturnFreeMemory();

}  // namespace rustnet
