// SPDX-License-Identifier: Apache-2.0
#include "common/model/connection.h"

namespace rustnet::model {
namespace {

// The text at `value`, or nothing for a number that is not in the table (a newer peer's).
template <size_t kSize, typename Enum>
std::string_view At(const std::string_view (&names)[kSize], Enum value) {
  const auto index = static_cast<size_t>(value);
  return index < kSize ? names[index] : std::string_view();
}

}  // namespace

std::string_view Name(Protocol protocol) {
  static constexpr std::string_view kNames[] = {
      "", "tcp", "udp", "icmp", "icmpv6", "igmp", "sctp", "gre", "esp", "ah", "arp", "ip", "link"};
  return At(kNames, protocol);
}

std::string_view Name(Direction direction) {
  static constexpr std::string_view kNames[] = {"", "outgoing", "incoming", "local", "transit"};
  return At(kNames, direction);
}

// TCP as netstat has it; UDP and QUIC without their prefix: the protocol stands beside it.
std::string_view Name(State state) {
  static constexpr std::string_view kTcp[] = {
      "",        "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT",
      "CLOSING", "LAST_ACK", "TIME_WAIT", "CLOSED",      "RESET",     "UNKNOWN"};
  static constexpr std::string_view kUdp[] = {"ACTIVE", "IDLE", "STALE"};
  static constexpr std::string_view kQuic[] = {"INITIAL", "HANDSHAKE", "CONNECTED", "DRAINING",
                                               "CLOSED"};
  const auto number = static_cast<unsigned>(state);
  if (number >= 30) return At(kQuic, number - 30);
  if (number >= 20) return At(kUdp, number - 20);
  return At(kTcp, number);
}

std::string_view Name(Quality quality) {
  static constexpr std::string_view kNames[] = {
      "", "exact", "handoff", "listener", "scanned", "uid only", "kernel", "none", "netns unique"};
  return At(kNames, quality);
}

std::string_view Name(NoOwner reason) {
  static constexpr std::string_view kNames[] = {"",
                                                "pending",
                                                "not local",
                                                "forwarded",
                                                "socket closed before start",
                                                "other netns",
                                                "lost event",
                                                "kernel",
                                                "backend limit",
                                                "replay"};
  return At(kNames, reason);
}

std::string_view Name(NameSource source) {
  static constexpr std::string_view kNames[] = {"",    "sni",   "http host", "dns", "mdns",
                                                "ptr", "llmnr", "netbios",   "dhcp"};
  return At(kNames, source);
}

std::string StateText(const Connection& connection) {
  if (!connection.state_text.empty()) return connection.state_text;
  return std::string(Name(connection.state));
}

}  // namespace rustnet::model
