// SPDX-License-Identifier: Apache-2.0
// What is told of SMB also where it stands in datagrams of NetBIOS.
#pragma once

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kSmbVersion{"smb_version", false, true};

}  // namespace rustnet::net
