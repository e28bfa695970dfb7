// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "common/base/free_memory.h"

namespace rustnet {

// Set at all, the thresholds stay: else the first large block that is freed raises both, and all
// that is smaller than twice its size is kept (mallopt(3)).
void ReturnLargeBlocks() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 256 << 10);
  mallopt(M_TRIM_THRESHOLD, 512 << 10);
#endif
}

void ReturnFreeMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace rustnet
