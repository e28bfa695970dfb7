// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/timeouts.h"

#include <algorithm>

namespace rustnet::net {
namespace {

struct Named {
  std::string_view name;
  Patience patience;
};

constexpr Named kNamed[] = {
    {"ssh", Patience::kSsh},        {"http", Patience::kHttp},      {"http2", Patience::kHttp},
    {"tls", Patience::kHttp},       {"websocket", Patience::kHttp}, {"grpc", Patience::kHttp},
    {"quic", Patience::kQuic},      {"gquic", Patience::kQuic},     {"mqtt", Patience::kMqtt},
    {"dns", Patience::kExchange},   {"ntp", Patience::kExchange},   {"mdns", Patience::kExchange},
    {"llmnr", Patience::kExchange}, {"ssdp", Patience::kExchange},  {"stun", Patience::kExchange},
};

Patience QuicPatience(Stage stage) {
  switch (stage) {
    case Stage::kQuicInitial:
    case Stage::kQuicHandshake:
      return Patience::kQuicOpening;
    case Stage::kQuicConnected:
      return Patience::kQuicConnected;
    case Stage::kQuicDraining:
    case Stage::kQuicClosed:
      return Patience::kQuicOver;
    default:
      return Patience::kQuic;
  }
}

}  // namespace

Patience PatienceOf(std::span<const Dissector* const> protocols, Stage stage) {
  Patience most = Patience::kPlain;
  for (const Dissector* protocol : protocols) {
    for (const Named& named : kNamed) {
      if (protocol->name == named.name) most = std::max(most, named.patience);
    }
  }
  return most == Patience::kQuic ? QuicPatience(stage) : most;
}

// An endpoint's timeout begins anew where a packet arrives, which is later than where it was seen.
uint16_t IdleSeconds(const Standing& standing) {
  constexpr uint32_t kMost = 600, kLeeway = 1;
  if (standing.idle_timeout_ms == 0) return 0;
  const uint32_t seconds = std::min(standing.idle_timeout_ms / 1000, kMost - kLeeway) + kLeeway;
  // RFC 9000 section 10.1: at least three probe timeouts.
  return static_cast<uint16_t>(std::max<uint32_t>(seconds, kQuicDrainingSeconds));
}

uint16_t TcpTimeoutSeconds(TcpState one, TcpState other, Patience patience) {
  const auto either = [one, other](TcpState state) { return one == state || other == state; };
  const auto over = [](TcpState state) {
    return state == TcpState::kClosed || state == TcpState::kReset;
  };
  if (over(one) && over(other)) return 15;
  if (either(TcpState::kTimeWait) || either(TcpState::kClosing)) return 30;
  if (one == TcpState::kEstablished && other == TcpState::kEstablished) {
    if (patience == Patience::kSsh) return 1800;
    return patience == Patience::kHttp ? 600 : 300;
  }
  return one == TcpState::kNone && other == TcpState::kNone ? 120 : 60;
}

uint16_t TimeoutSeconds(Protocol protocol, Patience patience, uint16_t idle_seconds) {
  switch (protocol) {
    case Protocol::kUdp:
      switch (patience) {
        case Patience::kExchange:
          return 30;
        case Patience::kMqtt:
          return 120;
        case Patience::kHttp:
          return 600;
        case Patience::kSsh:
          return 1800;
        case Patience::kQuic:
          return 120;
        case Patience::kQuicOpening:
          return 60;
        case Patience::kQuicConnected:
          return idle_seconds != 0 ? idle_seconds : 180;
        case Patience::kQuicOver:
          return 15;
        case Patience::kPlain:
          return 60;
      }
      return 60;
    case Protocol::kIcmp:
    case Protocol::kIcmpv6:
    case Protocol::kIgmp:
      return 10;
    case Protocol::kArp:
      return 30;
    // Their keep-alives and hellos come every 30 to 60 seconds: SCTP (RFC 9260 section 16), tunnels
    // behind NAT, LLDP (802.1AB: 30 s), CDP (60 s).
    case Protocol::kSctp:
    case Protocol::kGre:
    case Protocol::kEsp:
    case Protocol::kAh:
    case Protocol::kLink:
      return 180;
    default:
      return 60;
  }
}

}  // namespace rustnet::net
