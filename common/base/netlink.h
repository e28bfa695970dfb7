// SPDX-License-Identifier: Apache-2.0
// Netlink messages and their attributes taken apart (linux/netlink.h; RFC 3549).  The layout is the
// kernel's, in the byte order of the host, on every architecture alike.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>

#include "common/base/bytes.h"

namespace rustnet {

struct NetlinkMessage {
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
bool ForEachMessage(Bytes messages, const std::function<void(const NetlinkMessage&)>& visit);
// The same for the attributes behind a fixed header of `header` bytes, aligned to 4.
bool ForEachAttribute(Bytes body, size_t header,
                      const std::function<void(uint16_t type, Bytes value)>& visit);

}  // namespace rustnet
