// SPDX-License-Identifier: Apache-2.0
#include "common/base/free_memory.h"

namespace rustnet {

void ReturnLargeBlocks() {}

void ReturnFreeMemory() {}

}  // namespace rustnet
