// SPDX-License-Identifier: Apache-2.0
// The service manager's notifications (sd_notify(3)), without its library: connected before the
// seal, sent after it.
#pragma once

#include <string_view>

#include "common/base/status.h"
#include "common/base/unique_fd.h"

namespace rustnet {

// A datagram socket connected to $NOTIFY_SOCKET (a path, or '@' and an abstract name), and the
// variable cleared; empty where the variable is not set.
StatusOr<UniqueFd> ConnectNotify();

// Sends `state` ("READY=1\nSTATUS=capturing on eth0").  Nothing is done for an empty `fd`; a
// manager that does not listen any more is no error of ours.
void Notify(const UniqueFd& fd, std::string_view state);

}  // namespace rustnet
