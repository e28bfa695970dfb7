// SPDX-License-Identifier: Apache-2.0
// How long a flow may be silent before it counts as ended.
#pragma once

#include <cstdint>
#include <span>

#include "common/net/dpi/dissector.h"
#include "common/net/flow/flow.h"

namespace rustnet::net {

// Applications whose silence means something else than that of others.
enum class Patience : uint8_t {
  kPlain,
  kExchange,
  kMqtt,
  kQuic,  // how far it got is not known
  kQuicOpening,
  kQuicConnected,
  kQuicOver,
  kHttp,
  kSsh,
};

Patience PatienceOf(std::span<const Dissector* const> protocols, Stage stage);

// The endpoints' own timeout, within bounds; 0: not known.
uint16_t IdleSeconds(const Standing& standing);

// After which a flow that nobody has understood is not inspected any more.
inline constexpr uint16_t kSilenceSeconds = 30;
inline constexpr uint16_t kUdpIdleSeconds = 30;
inline constexpr uint16_t kUdpStaleSeconds = 60;
// RFC 9000 section 10.2: the draining state ends after three probe timeouts, each 999 ms where the
// round trip is not known (RFC 9002 sections 6.2.1 and 6.2.2: 333 ms, and four times half of it).
inline constexpr uint16_t kQuicDrainingSeconds = 3;

// Of a TCP connection whose endpoints are in these states.
uint16_t TcpTimeoutSeconds(TcpState one, TcpState other, Patience patience);
// Of anything else.  `idle_seconds`: IdleSeconds of a QUIC connection.
uint16_t TimeoutSeconds(Protocol protocol, Patience patience, uint16_t idle_seconds);

}  // namespace rustnet::net
