// SPDX-License-Identifier: Apache-2.0
// How far a conversation has got, in the terms of a protocol whose state is not TCP's.
#pragma once

#include <cstdint>
#include <string_view>

namespace rustnet::net {

enum class Stage : uint8_t {
  kNone,  // the protocol has none, or it cannot be seen
  // RFC 9000: the client has spoken; the server has answered; data under the keys of the handshake
  // passes; one end has said that it is over; it is over (section 10).
  kQuicInitial,
  kQuicHandshake,
  kQuicConnected,
  kQuicDraining,
  kQuicClosed,
  // RFC 4253, 4252: ssh.cc says what proves each.
  kSshBanner,
  kSshKeyExchange,
  kSshAuthentication,
  kSshEstablished,
};

constexpr bool IsQuic(Stage stage) {
  return stage >= Stage::kQuicInitial && stage <= Stage::kQuicClosed;
}
constexpr bool IsSsh(Stage stage) { return stage >= Stage::kSshBanner; }

// "handshake", "key_exchange"; empty for kNone.
constexpr std::string_view StageName(Stage stage) {
  constexpr std::string_view kNames[] = {
      "",       "initial", "handshake",    "connected",      "draining",
      "closed", "banner",  "key_exchange", "authentication", "established"};
  return kNames[static_cast<size_t>(stage)];
}

// What a session says of its conversation as a whole; it is kept when the session has ended.
struct Standing {
  Stage stage = Stage::kNone;
  // After so much silence the endpoints themselves take it for over; 0: not known.
  uint32_t idle_timeout_ms = 0;

  friend bool operator==(const Standing&, const Standing&) = default;
};

}  // namespace rustnet::net
