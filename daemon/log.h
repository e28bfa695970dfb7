// SPDX-License-Identifier: Apache-2.0
// The daemon's log: to stderr, or to a file that was opened before the seal.
#pragma once

#include <memory>
#include <string>

#include "common/base/unique_fd.h"
#include "spdlog/logger.h"

namespace rustnet {

// Lines go to `file`, or to stderr if that is empty.  `level` as in the configuration.  A line that
// cannot be written is dropped: the log must not stop the daemon.
std::shared_ptr<spdlog::logger> MakeLog(UniqueFd file, const std::string& level);

}  // namespace rustnet
