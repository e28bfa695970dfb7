// SPDX-License-Identifier: Apache-2.0
// What a port is usually for: a guess that is labelled as one, never a proof.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/net/packet/packet.h"

namespace rustnet::net {

// The IANA service name of a port ("https"), or the one in common use; empty if there is none here,
// or `protocol` has no ports.  SCTP has the names of TCP.
std::string_view ServiceName(uint16_t port, Protocol protocol);

}  // namespace rustnet::net
