// SPDX-License-Identifier: Apache-2.0
// Session descriptions (RFC 8866): where media will be received.
#pragma once

#include <string_view>

#include "common/net/dpi/dissector.h"

namespace rustnet::net {

// Expects RTP and RTCP (RFC 3605, else at the next port) at the endpoints that `text` names.
void ExpectMedia(std::string_view text, const Moment& moment);

}  // namespace rustnet::net
