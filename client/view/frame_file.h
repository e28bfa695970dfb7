// SPDX-License-Identifier: Apache-2.0
// A nameless file in memory, where a frame is gathered before it goes to the terminal in one write.
#pragma once

#include "common/base/unique_fd.h"

namespace rustnet::client {

UniqueFd MakeFrameFile();  // none on failure

}  // namespace rustnet::client
