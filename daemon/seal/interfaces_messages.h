// SPDX-License-Identifier: Apache-2.0
// What rtnetlink messages (linux/rtnetlink.h) say of interfaces, addresses and routes.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/netlink.h"
#include "daemon/seal/interfaces.h"

namespace rustnet {

// https://www.tcpdump.org/linktypes.html
inline constexpr int kLinkEthernet = 1;
inline constexpr int kLinkRaw = 101;
inline constexpr int kLinkIeee80211 = 105;
inline constexpr int kLinkLinuxSll = 113;
inline constexpr int kLinkRadiotap = 127;
inline constexpr int kLinkIeee802154 = 195;

// Links and addresses, new and gone.  False: the message is cut.
bool ApplyLinkMessage(const NetlinkMessage& message, std::vector<NetworkInterface>* interfaces);

struct DefaultRoute {
  uint32_t interface = 0;  // index; 0: this is not a default route of the main table
  uint32_t metric = 0;
};
DefaultRoute ParseDefaultRoute(const NetlinkMessage& message);

}  // namespace rustnet
