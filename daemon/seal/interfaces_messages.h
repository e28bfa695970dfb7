// SPDX-License-Identifier: Apache-2.0
// rtnetlink messages (linux/rtnetlink.h) taken apart.  The layout is the kernel's, in the byte
// order of the host, on every architecture alike.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "daemon/seal/interfaces.h"

namespace rustnet {

// https://www.tcpdump.org/linktypes.html
inline constexpr int kLinkEthernet = 1;
inline constexpr int kLinkRaw = 101;
inline constexpr int kLinkIeee80211 = 105;
inline constexpr int kLinkLinuxSll = 113;
inline constexpr int kLinkRadiotap = 127;
inline constexpr int kLinkIeee802154 = 195;

struct RouteMessage {
  uint16_t type = 0;
  uint16_t flags = 0;
  uint32_t sequence = 0;
  Bytes body;  // behind the nlmsghdr
};

// A plain value at the start of `bytes`; zero if they are too few.
template <typename T>
T HostValue(Bytes bytes) {
  T value{};
  if (bytes.size() >= sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

// False if a message does not fit; those before it were visited.
bool ForEachMessage(Bytes messages, const std::function<void(const RouteMessage&)>& visit);
// The same for the attributes behind a fixed header of `header` bytes, aligned to 4.
bool ForEachAttribute(Bytes body, size_t header,
                      const std::function<void(uint16_t type, Bytes value)>& visit);

// Links and addresses, new and gone.  False: the message is cut.
bool ApplyLinkMessage(const RouteMessage& message, std::vector<NetworkInterface>* interfaces);

struct DefaultRoute {
  uint32_t interface = 0;  // index; 0: this is not a default route of the main table
  uint32_t metric = 0;
};
DefaultRoute ParseDefaultRoute(const RouteMessage& message);

}  // namespace rustnet
