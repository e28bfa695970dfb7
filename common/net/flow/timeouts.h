// SPDX-License-Identifier: Apache-2.0
// How long a flow may be silent before it counts as ended.
#pragma once

#include <cstdint>
#include <span>

#include "common/net/dpi/dissector.h"
#include "common/net/flow/flow.h"

namespace rustnet::net {

// Applications whose silence means something else than that of others.
enum class Patience : uint8_t { kPlain, kExchange, kMqtt, kQuic, kHttp, kSsh };

Patience PatienceOf(std::span<const Dissector* const> protocols);

// After which a flow that nobody has understood is not inspected any more.
inline constexpr uint16_t kSilenceSeconds = 30;
inline constexpr uint16_t kUdpIdleSeconds = 30;
inline constexpr uint16_t kUdpStaleSeconds = 60;

// Of a TCP connection whose endpoints are in these states.
uint16_t TcpTimeoutSeconds(TcpState one, TcpState other, Patience patience);
// Of anything else.  `answered`: packets went both ways.
uint16_t TimeoutSeconds(Protocol protocol, Patience patience, bool answered);

}  // namespace rustnet::net
