// SPDX-License-Identifier: Apache-2.0
// The field that DHCP and DHCPv6 fill.
#pragma once

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kDhcpHostname{"dhcp_hostname"};  // with a final dot: fully qualified

}  // namespace rustnet::net
