// SPDX-License-Identifier: Apache-2.0
// What is the same on every system.
#include "daemon/seal/interfaces.h"

#include "daemon/seal/interfaces_messages.h"

namespace rustnet {

std::string LinkTypeName(int link_type) {
  switch (link_type) {
    case kLinkEthernet:
      return "Ethernet";
    case kLinkRaw:
      return "raw IP";
    case kLinkIeee80211:
      return "802.11";
    case kLinkLinuxSll:
      return "Linux cooked";
    case kLinkRadiotap:
      return "802.11 with radiotap";
    case kLinkIeee802154:
      return "802.15.4";
    default:
      return "link type " + std::to_string(link_type);
  }
}

}  // namespace rustnet
