// SPDX-License-Identifier: Apache-2.0
// What QUIC and Google's QUIC tell alike.
#pragma once

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kQuicVersion{"quic_version"};  // "v1", "v2", "draft-29", "Q046", "T051"

}  // namespace rustnet::net
