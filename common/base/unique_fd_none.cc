// SPDX-License-Identifier: Apache-2.0
#include "common/base/unique_fd.h"

namespace rustnet {

// No descriptors here: nothing to close.
void UniqueFd::reset(int fd) { fd_ = fd; }

}  // namespace rustnet
