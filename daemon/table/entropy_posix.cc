// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "common/base/check.h"
#include "daemon/table/entropy.h"

namespace rustnet {

uint64_t RandomNumber() {
  uint64_t number = 0;
  // getentropy(3): at most 256 bytes, never short; fails only where the kernel has no such call.
  RN_CHECK(getentropy(&number, sizeof number) == 0);
  return number;
}

}  // namespace rustnet
