// SPDX-License-Identifier: Apache-2.0
// From a request to its answer, where the packet itself says which answer belongs to which request:
// ICMP echo by sequence, DNS, LLMNR and NetBIOS names by transaction id (RFC 1035 4.1.1), STUN by
// transaction id (RFC 8489 5), NTP by the origin timestamp (RFC 5905 7.3), and for QUIC the first
// long header each way (RFC 9000 17.2).
#pragma once

#include <array>
#include <cstdint>

#include "common/net/packet/packet.h"

namespace rustnet::net {

// The newest requests of one flow that wait for an answer.
class RequestTimes {
 public:
  // Microseconds that the packet's request waited, at least 1; 0 if the packet answers none.
  uint32_t Add(const Packet& packet, Direction direction);

 private:
  static constexpr size_t kWaiting = 8;
  struct Request {
    uint32_t token;
    uint32_t sent_us;
  };
  uint32_t Answered(uint32_t token, Time now);
  void Asked(uint32_t token, Time now);

  std::array<Request, kWaiting> requests_{};
  uint8_t waits_ = 0;  // a bit for each
  uint8_t next_ = 0;
};

}  // namespace rustnet::net
