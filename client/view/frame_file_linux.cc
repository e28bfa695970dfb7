// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include "client/view/frame_file.h"

namespace rustnet::client {

UniqueFd MakeFrameFile() { return UniqueFd(memfd_create("rustnet-frame", MFD_CLOEXEC)); }

}  // namespace rustnet::client
