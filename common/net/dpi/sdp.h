// SPDX-License-Identifier: Apache-2.0
// Session descriptions (RFC 8866): where media will be received.
#pragma once

#include <string_view>

#include "common/net/dpi/dissector.h"

namespace rustnet::net {

// Expects RTP and RTCP (RFC 3605, else at the next port) at the endpoints that `text` names.
void ExpectMedia(std::string_view text, const Moment& moment);

// The decimal number at the beginning of `text`; 0: there is none, or it is no port.
uint16_t ToPort(std::string_view text);

}  // namespace rustnet::net
