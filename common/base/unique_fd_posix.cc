// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "common/base/unique_fd.h"

namespace rustnet {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

}  // namespace rustnet
