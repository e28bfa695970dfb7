// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rustnet {

// Gives freed memory back to the system, as far as the allocator can: after a burst it would keep
// most of it, because what lives on lies between.  Takes milliseconds per 100 MB.
void ReturnFreeMemory();

}  // namespace rustnet
