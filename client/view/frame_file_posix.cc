// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "client/view/frame_file.h"

namespace rustnet::client {

UniqueFd MakeFrameFile() {
  char path[] = "/tmp/rustnet-frame-XXXXXX";
  UniqueFd file(mkstemp(path));
  if (file) {
    unlink(path);
    fcntl(file.get(), F_SETFD, FD_CLOEXEC);
  }
  return file;
}

}  // namespace rustnet::client
