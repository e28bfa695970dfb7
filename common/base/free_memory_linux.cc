// SPDX-License-Identifier: Apache-2.0
#include <malloc.h>

#include "common/base/free_memory.h"

namespace rustnet {

void ReturnFreeMemory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace rustnet
