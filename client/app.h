// SPDX-License-Identifier: Apache-2.0
// The loop of the screen: poll → event → reduce → effects → one frame.  The only thread that
// touches the model and the terminal.
#pragma once

#include <string>

#include "client/commands/config.h"
#include "client/commands/options.h"
#include "client/commands/private_daemon.h"
#include "common/base/status.h"

namespace rustnet::client {

// Runs until the user quits; returns the exit code.  `daemon`: ours, or null.
int RunScreen(const Options& options, const Config& config, const std::string& socket,
              PrivateDaemon* daemon);

}  // namespace rustnet::client
