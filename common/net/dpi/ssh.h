// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kSshClient{"ssh_client"};  // software and comment: "OpenSSH_9.6p1 Debian-2"
inline constexpr Field kSshServer{"ssh_server"};
inline constexpr Field kSshVersion{"ssh_version"};  // of the protocol: "2.0", "1.99"
// What both ends agreed on, by their offers in clear.
inline constexpr Field kSshKex{"ssh_kex"};
inline constexpr Field kSshHostKey{"ssh_hostkey"};
inline constexpr Field kSshCipher{"ssh_cipher"};  // of both ways, if they differ
inline constexpr Field kSshMac{"ssh_mac"};        // none if the cipher needs none
inline constexpr Field kHassh{"hassh"};
inline constexpr Field kHasshServer{"hassh_server"};

}  // namespace rustnet::net
