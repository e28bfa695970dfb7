// SPDX-License-Identifier: Apache-2.0
// The network interfaces of this host, as rtnetlink tells them: for opening captures, for
// --list-interfaces, and, through sockets that stay open, for following them behind the seal.
//
// Everything here is a plain conversation with the kernel and needs no privilege.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ip_address.h"
#include "common/base/status.h"
#include "common/base/unique_fd.h"

namespace rustnet {

// Since the interface was made (struct rtnl_link_stats64).
struct InterfaceCounters {
  uint64_t received_packets = 0;
  uint64_t sent_packets = 0;
  uint64_t received_bytes = 0;
  uint64_t sent_bytes = 0;
  uint64_t received_dropped = 0;  // by the interface or the stack: rx_dropped
  uint64_t sent_dropped = 0;
  uint64_t missed = 0;  // by the card, for want of buffers: rx_missed_errors + rx_fifo_errors
};

struct InterfaceAddress {
  IpAddress address;
  uint8_t prefix = 0;  // bits
  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

struct NetworkInterface {
  std::string name;
  uint32_t index = 0;
  uint16_t hardware = 0;  // ARPHRD_
  int link_type = 0;      // LINKTYPE_ that its frames are read as
  MacAddress mac{};       // zero where it has none
  uint32_t mtu = 0;       // bytes
  bool up = false;        // IFF_UP: switched on
  bool running = false;   // IFF_RUNNING: has a carrier
  bool loopback = false;
  uint32_t master = 0;  // index of the bridge or bond that it is a port of; 0: none
  uint32_t lower = 0;   // index of the interface that it stands on (VLAN, macvlan); 0: none here
  std::vector<InterfaceAddress> addresses;
  InterfaceCounters counters;
};

// LINKTYPE_ of the frames of an ARPHRD_ type: Ethernet, raw IP, 802.11 and the like as they are,
// all others as Linux cooked (LINKTYPE_LINUX_SLL).
int LinkTypeOfHardware(uint16_t hardware);
// "Ethernet", "Raw IP", …: for people.
std::string LinkTypeName(int link_type);

// NETLINK_*, bound to `groups`; `purpose` completes "cannot open a netlink socket to".
StatusOr<UniqueFd> OpenNetlink(int protocol, uint32_t groups, const char* purpose);
// A socket that tells every change of links and addresses from now on.  Non-blocking.
StatusOr<UniqueFd> OpenLinkEvents();
// A socket to ask with.
StatusOr<UniqueFd> OpenLinkDump();

// All interfaces with their addresses, by index.  Works behind the seal.  `dump_fd` is of
// OpenLinkDump; an answer that does not come within 2 s is Unavailable.
StatusOr<std::vector<NetworkInterface>> DumpInterfaces(int dump_fd);
// The same through a socket of its own.
StatusOr<std::vector<NetworkInterface>> ListInterfaces();

// Index of the interface of the default route with the lowest metric, IPv4 before IPv6; 0: none.
StatusOr<uint32_t> DefaultRouteInterface(int dump_fd);

// What an event says.
enum class LinkNews : uint8_t {
  kNone,
  kChanged,  // `interfaces` has been brought up to date
  kLost,     // messages were lost, or not understood: dump again
};
// Reads what `events_fd` has now and applies it to `interfaces` (by index).  Never blocks.
LinkNews ReadLinkEvents(int events_fd, std::vector<NetworkInterface>* interfaces);

// Applies netlink messages as they come from the kernel; for ReadLinkEvents and its tests.
// False: a message was cut or malformed; those before it are applied.
bool ApplyLinkMessages(Bytes messages, std::vector<NetworkInterface>* interfaces);

}  // namespace rustnet
