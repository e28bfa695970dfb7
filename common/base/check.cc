// SPDX-License-Identifier: Apache-2.0
#include "common/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace rustnet {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: RN_CHECK(%s) failed\n", file, line, condition);
  std::abort();
}

}  // namespace rustnet
