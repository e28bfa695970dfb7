// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kSshClient{"ssh_client"};  // software and comment: "OpenSSH_9.6p1 Debian-2"
inline constexpr Field kSshServer{"ssh_server"};
inline constexpr Field kSshVersion{"ssh_version"};  // of the protocol: "2.0", "1.99"

}  // namespace rustnet::net
