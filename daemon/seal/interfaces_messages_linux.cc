// SPDX-License-Identifier: Apache-2.0
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>

#include "daemon/seal/interfaces_messages.h"

namespace rustnet {
namespace {

// Where the interface of `index` is, or would be.
std::vector<NetworkInterface>::iterator Place(std::vector<NetworkInterface>* interfaces,
                                              uint32_t index) {
  return std::lower_bound(
      interfaces->begin(), interfaces->end(), index,
      [](const NetworkInterface& i, uint32_t wanted) { return i.index < wanted; });
}

InterfaceCounters ParseCounters(Bytes value) {
  // The struct grows at its end: take as much of it as this kernel has.
  rtnl_link_stats64 kernel{};
  std::memcpy(&kernel, value.data(), std::min(value.size(), sizeof kernel));
  InterfaceCounters counters;
  counters.received_packets = kernel.rx_packets;
  counters.sent_packets = kernel.tx_packets;
  counters.received_bytes = kernel.rx_bytes;
  counters.sent_bytes = kernel.tx_bytes;
  counters.received_dropped = kernel.rx_dropped;
  counters.sent_dropped = kernel.tx_dropped;
  counters.missed = kernel.rx_missed_errors + kernel.rx_fifo_errors;
  return counters;
}

void ApplyLinkAttribute(uint16_t type, Bytes value, NetworkInterface* interface) {
  switch (type) {
    case IFLA_IFNAME: {
      const std::string_view name = AsText(value);
      interface->name = std::string(name.substr(0, name.find('\0')));
      return;
    }
    case IFLA_ADDRESS:
      if (value.size() == interface->mac.size()) {
        std::copy(value.begin(), value.end(), interface->mac.begin());
      }
      return;
    case IFLA_MTU:
      interface->mtu = HostValue<uint32_t>(value);
      return;
    case IFLA_MASTER:
      interface->master = HostValue<uint32_t>(value);
      return;
    case IFLA_LINK:
      interface->lower = HostValue<uint32_t>(value);
      return;
    case IFLA_STATS64:
      interface->counters = ParseCounters(value);
      return;
    default:
      return;
  }
}

bool ApplyLink(const NetlinkMessage& message, std::vector<NetworkInterface>* interfaces) {
  if (message.body.size() < sizeof(ifinfomsg)) return false;
  const auto info = HostValue<ifinfomsg>(message.body);
  // A bridge also tells of its ports, as AF_BRIDGE: neither their coming nor their going is meant.
  if (info.ifi_family != AF_UNSPEC) return true;
  const auto index = static_cast<uint32_t>(info.ifi_index);
  const auto place = Place(interfaces, index);
  const bool known = place != interfaces->end() && place->index == index;
  if (message.type == RTM_DELLINK) {
    if (known) interfaces->erase(place);
    return true;
  }
  NetworkInterface interface = known ? *place : NetworkInterface();
  interface.index = index;
  interface.hardware = info.ifi_type;
  interface.link_type = LinkTypeOfHardware(info.ifi_type);
  interface.up = (info.ifi_flags & IFF_UP) != 0;
  interface.running = (info.ifi_flags & IFF_RUNNING) != 0;
  interface.loopback = (info.ifi_flags & IFF_LOOPBACK) != 0;
  interface.master = interface.lower = 0;  // named if there is one
  bool lower_elsewhere = false;            // a veth's other end in a container
  const bool whole = ForEachAttribute(message.body, sizeof info, [&](uint16_t type, Bytes value) {
    if (type == IFLA_LINK_NETNSID) lower_elsewhere = true;
    ApplyLinkAttribute(type, value, &interface);
  });
  if (!whole) return false;
  if (lower_elsewhere || interface.lower == index) interface.lower = 0;
  if (known) {
    *place = std::move(interface);
  } else {
    interfaces->insert(place, std::move(interface));
  }
  return true;
}

bool ApplyAddress(const NetlinkMessage& message, std::vector<NetworkInterface>* interfaces) {
  if (message.body.size() < sizeof(ifaddrmsg)) return false;
  const auto info = HostValue<ifaddrmsg>(message.body);
  const auto place = Place(interfaces, info.ifa_index);
  InterfaceAddress address;
  address.prefix = info.ifa_prefixlen;
  bool local = false;
  const bool whole = ForEachAttribute(message.body, sizeof info, [&](uint16_t type, Bytes value) {
    // On a point-to-point link IFA_ADDRESS is the other end, and IFA_LOCAL is ours.
    if (type == IFA_LOCAL || (type == IFA_ADDRESS && !local)) address.address = IpAddress(value);
    local = local || type == IFA_LOCAL;
  });
  if (!whole) return false;
  if (place == interfaces->end() || place->index != info.ifa_index) return true;
  auto& held = place->addresses;
  const auto found = std::find(held.begin(), held.end(), address);
  if (message.type == RTM_DELADDR) {
    if (found != held.end()) held.erase(found);
  } else if (found == held.end() && address.address.family() != IpAddress::Family::kNone) {
    held.push_back(address);
  }
  return true;
}

}  // namespace

bool ApplyLinkMessage(const NetlinkMessage& message, std::vector<NetworkInterface>* interfaces) {
  switch (message.type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return ApplyLink(message, interfaces);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return ApplyAddress(message, interfaces);
    default:
      return true;
  }
}

bool ApplyLinkMessages(Bytes messages, std::vector<NetworkInterface>* interfaces) {
  bool understood = true;
  const bool whole = ForEachMessage(messages, [&](const NetlinkMessage& message) {
    understood = ApplyLinkMessage(message, interfaces) && understood;
  });
  return whole && understood;
}

DefaultRoute ParseDefaultRoute(const NetlinkMessage& message) {
  DefaultRoute route;
  if (message.type != RTM_NEWROUTE || message.body.size() < sizeof(rtmsg)) return route;
  const auto info = HostValue<rtmsg>(message.body);
  if (info.rtm_dst_len != 0 || info.rtm_type != RTN_UNICAST) return route;
  uint32_t table = info.rtm_table;
  uint32_t interface = 0;
  ForEachAttribute(message.body, sizeof info, [&](uint16_t type, Bytes value) {
    if (type == RTA_TABLE) table = HostValue<uint32_t>(value);
    if (type == RTA_PRIORITY) route.metric = HostValue<uint32_t>(value);
    if (type == RTA_OIF) interface = HostValue<uint32_t>(value);
    if (type == RTA_MULTIPATH && interface == 0 && value.size() >= sizeof(rtnexthop)) {
      interface = static_cast<uint32_t>(HostValue<rtnexthop>(value).rtnh_ifindex);
    }
  });
  if (table == RT_TABLE_MAIN) route.interface = interface;
  return route;
}

}  // namespace rustnet
