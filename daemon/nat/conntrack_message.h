// SPDX-License-Identifier: Apache-2.0
// One message of ctnetlink (linux/netfilter/nfnetlink_conntrack.h) taken apart.
#pragma once

#include <cstdint>

#include "common/base/ip_address.h"
#include "common/base/netlink.h"
#include "common/net/packet/packet.h"

namespace rustnet {

// One direction of a connection.
struct ConntrackTuple {
  IpAddress source;
  IpAddress destination;
  uint16_t source_port = 0;  // ICMP: the id in both
  uint16_t destination_port = 0;
  uint8_t ip_protocol = 0;

  friend bool operator==(const ConntrackTuple&, const ConntrackTuple&) = default;
};

struct ConntrackEvent {
  bool gone = false;
  ConntrackTuple original;  // from who began
  ConntrackTuple reply;

  // The reply does not just come back the way the original went.
  bool translated() const {
    return original.source != reply.destination || original.destination != reply.source ||
           original.source_port != reply.destination_port ||
           original.destination_port != reply.source_port;
  }
};

// False: not a connection, or cut.
bool ParseConntrack(const NetlinkMessage& message, ConntrackEvent* event);

// The tuple as a packet of it is keyed; handle 0.  `source`: index in the key of its source.
net::FlowKey KeyOf(const ConntrackTuple& tuple, uint8_t* source);

}  // namespace rustnet
