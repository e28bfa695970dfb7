// SPDX-License-Identifier: Apache-2.0
// rtnetlink messages, as the kernel writes them, applied to a list of interfaces.
#include "daemon/seal/interfaces.h"

#include <gtest/gtest.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <cstring>
#include <random>

#include "daemon/capture/interface_watch.h"
#include "daemon/seal/interfaces_messages.h"

namespace rustnet {
namespace {

using Octets = std::vector<uint8_t>;

template <typename T>
void Append(const T& value, Octets* to) {
  const size_t at = to->size();
  to->resize(at + sizeof value);
  std::memcpy(to->data() + at, &value, sizeof value);
}

void Align(Octets* to) {
  while (to->size() % 4 != 0) to->push_back(0);
}

void AppendAttribute(uint16_t type, const Octets& value, Octets* to) {
  Append(rtattr{static_cast<unsigned short>(sizeof(rtattr) + value.size()), type}, to);
  to->insert(to->end(), value.begin(), value.end());
  Align(to);
}

template <typename Header>
Octets NetlinkMessageOf(uint16_t type, const Header& header,
                        const std::vector<std::pair<uint16_t, Octets>>& attributes) {
  Octets body;
  Append(header, &body);
  Align(&body);
  for (const auto& [attribute, value] : attributes) AppendAttribute(attribute, value, &body);
  Octets message;
  nlmsghdr outer{};
  outer.nlmsg_len = static_cast<uint32_t>(sizeof outer + body.size());
  outer.nlmsg_type = type;
  Append(outer, &message);
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

Octets Text(const std::string& text) {
  Octets octets(text.begin(), text.end());
  octets.push_back(0);
  return octets;
}

Octets Link(uint16_t type, int index, const std::string& name, unsigned flags,
            unsigned short hardware = ARPHRD_ETHER, unsigned char family = AF_UNSPEC) {
  ifinfomsg info{};
  info.ifi_family = family;
  info.ifi_type = hardware;
  info.ifi_index = index;
  info.ifi_flags = flags;
  rtnl_link_stats64 stats{};
  stats.rx_packets = 7;
  stats.rx_missed_errors = 3;
  stats.rx_fifo_errors = 2;
  stats.rx_dropped = 5;
  Octets counters;
  Append(stats, &counters);
  counters.resize(23 * 8);  // as kernels before 5.19 have it
  return NetlinkMessageOf(
      type, info,
      {{IFLA_IFNAME, Text(name)}, {IFLA_ADDRESS, {2, 0, 0, 0, 0, 9}}, {IFLA_STATS64, counters}});
}

Octets Address(uint16_t type, unsigned index, unsigned char prefix, const Octets& peer,
               const Octets& local) {
  ifaddrmsg info{};
  info.ifa_family = peer.size() == 4 ? AF_INET : AF_INET6;
  info.ifa_prefixlen = prefix;
  info.ifa_index = index;
  std::vector<std::pair<uint16_t, Octets>> attributes = {{IFA_ADDRESS, peer}};
  if (!local.empty()) attributes.push_back({IFA_LOCAL, local});
  return NetlinkMessageOf(type, info, attributes);
}

TEST(InterfacesTest, LinksComeChangeAndGo) {
  InterfaceList list;
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_NEWLINK, 5, "eth0", IFF_UP | IFF_RUNNING), &list));
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_NEWLINK, 2, "wg0", 0, ARPHRD_NONE), &list));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].name, "wg0");  // by index
  EXPECT_EQ(list[0].link_type, 101);
  const NetworkInterface& eth0 = list[1];
  EXPECT_EQ(eth0.index, 5u);
  EXPECT_TRUE(eth0.up);
  EXPECT_TRUE(eth0.running);
  EXPECT_EQ(eth0.link_type, 1);
  EXPECT_EQ(ToString(eth0.mac), "02:00:00:00:00:09");
  EXPECT_EQ(eth0.counters.received_packets, 7u);
  EXPECT_EQ(eth0.counters.missed, 5u);
  EXPECT_EQ(eth0.counters.received_dropped, 5u);

  ASSERT_TRUE(ApplyLinkMessages(Address(RTM_NEWADDR, 5, 24, {10, 0, 0, 1}, {}), &list));
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_NEWLINK, 5, "lan0", 0), &list));
  EXPECT_EQ(list[1].name, "lan0");
  EXPECT_FALSE(list[1].up);
  EXPECT_EQ(list[1].addresses.size(), 1u);  // a new state of the link is not a new link

  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_DELLINK, 5, "lan0", 0), &list));
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_DELLINK, 77, "none", 0), &list));
  EXPECT_EQ(list.size(), 1u);
}

TEST(InterfacesTest, WhatAnInterfaceStandsOn) {
  ifinfomsg info{};
  info.ifi_index = 5;
  const auto number = [](uint32_t value) {
    Octets octets;
    Append(value, &octets);
    return octets;
  };
  InterfaceList list;
  const auto apply = [&](const std::vector<std::pair<uint16_t, Octets>>& attributes) {
    ASSERT_TRUE(ApplyLinkMessages(NetlinkMessageOf(RTM_NEWLINK, info, attributes), &list));
  };
  apply({{IFLA_IFNAME, Text("port")}, {IFLA_MASTER, number(7)}, {IFLA_LINK, number(3)}});
  EXPECT_EQ(list[0].master, 7u);
  EXPECT_EQ(list[0].lower, 3u);
  // The other end of a veth has a number of its own namespace.
  apply({{IFLA_LINK, number(2)}, {IFLA_LINK_NETNSID, number(0)}});
  EXPECT_EQ(list[0].master, 0u) << "it has left the bridge";
  EXPECT_EQ(list[0].lower, 0u);
  apply({{IFLA_LINK, number(5)}});
  EXPECT_EQ(list[0].lower, 0u) << "itself";
}

TEST(InterfacesTest, ABridgePortIsNotAnInterfaceThatCameOrWent) {
  InterfaceList list;
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_NEWLINK, 5, "veth1", IFF_UP), &list));
  ASSERT_TRUE(
      ApplyLinkMessages(Link(RTM_DELLINK, 5, "veth1", IFF_UP, ARPHRD_ETHER, AF_BRIDGE), &list));
  EXPECT_EQ(list.size(), 1u);
}

TEST(InterfacesTest, AddressesAreOurEndOfALink) {
  InterfaceList list;
  ASSERT_TRUE(ApplyLinkMessages(Link(RTM_NEWLINK, 5, "ppp0", IFF_UP, ARPHRD_PPP), &list));
  const Octets ours = {10, 0, 0, 1}, theirs = {10, 0, 0, 2};
  Octets messages = Address(RTM_NEWADDR, 5, 32, theirs, ours);
  const Octets v6 = Address(RTM_NEWADDR, 5, 64, Octets(16, 0xfd), {});
  messages.insert(messages.end(), v6.begin(), v6.end());
  messages.insert(messages.end(), v6.begin(), v6.end());
  ASSERT_TRUE(ApplyLinkMessages(messages, &list));
  ASSERT_EQ(list[0].addresses.size(), 2u);
  EXPECT_EQ(list[0].addresses[0].address.ToString(), "10.0.0.1");
  EXPECT_EQ(list[0].addresses[0].prefix, 32);
  EXPECT_EQ(list[0].addresses[1].prefix, 64);
  ASSERT_TRUE(ApplyLinkMessages(Address(RTM_DELADDR, 5, 32, theirs, ours), &list));
  EXPECT_EQ(list[0].addresses.size(), 1u);
  // Of an interface that is not known: the link comes first, or a dump follows.
  ASSERT_TRUE(ApplyLinkMessages(Address(RTM_NEWADDR, 6, 32, theirs, ours), &list));
  EXPECT_EQ(list.size(), 1u);
}

TEST(InterfacesTest, DefaultRoutesAreOfTheMainTable) {
  const auto route = [](unsigned char bits, uint32_t table, bool multipath) {
    rtmsg info{};
    info.rtm_family = AF_INET;
    info.rtm_dst_len = bits;
    info.rtm_type = RTN_UNICAST;
    Octets table_value, metric, interface;
    Append(table, &table_value);
    Append(uint32_t{100}, &metric);
    if (multipath) {
      Append(rtnexthop{sizeof(rtnexthop), 0, 0, 9}, &interface);
    } else {
      Append(uint32_t{9}, &interface);
    }
    const Octets message =
        NetlinkMessageOf(RTM_NEWROUTE, info,
                         {{RTA_TABLE, table_value},
                          {RTA_PRIORITY, metric},
                          {multipath ? uint16_t{RTA_MULTIPATH} : uint16_t{RTA_OIF}, interface}});
    DefaultRoute found;
    ForEachMessage(message, [&](const NetlinkMessage& m) { found = ParseDefaultRoute(m); });
    return found;
  };
  EXPECT_EQ(route(0, RT_TABLE_MAIN, false).interface, 9u);
  EXPECT_EQ(route(0, RT_TABLE_MAIN, false).metric, 100u);
  EXPECT_EQ(route(0, RT_TABLE_MAIN, true).interface, 9u);
  EXPECT_EQ(route(8, RT_TABLE_MAIN, false).interface, 0u);
  EXPECT_EQ(route(0, 51820, false).interface, 0u);
}

TEST(InterfacesTest, ACutMessageIsRefusedAndHarmsNothing) {
  Octets messages = Link(RTM_NEWLINK, 5, "eth0", IFF_UP);
  const Octets address = Address(RTM_NEWADDR, 5, 24, {10, 0, 0, 1}, {10, 0, 0, 1});
  const size_t first = messages.size();
  messages.insert(messages.end(), address.begin(), address.end());
  for (size_t size = 0; size < messages.size(); ++size) {
    InterfaceList list;
    const Octets cut(messages.begin(), messages.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_EQ(ApplyLinkMessages(cut, &list), size == 0 || size == first) << size;
    EXPECT_EQ(list.size(), size < first ? 0u : 1u);
  }
  std::mt19937 random(1);
  for (int round = 0; round < 20'000; ++round) {
    Octets damaged = messages;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
    InterfaceList list;
    ApplyLinkMessages(damaged, &list);
    EXPECT_LE(list.size(), 2u);
  }
}

// Of this host, whatever it has: at least a loopback.
TEST(InterfacesTest, TheKernelAnswers) {
  const auto dump = OpenLinkDump();
  ASSERT_TRUE(dump.ok());
  InterfaceWatch watch(-1, dump->get());
  EXPECT_TRUE(watch.interfaces()->empty());
  ASSERT_TRUE(watch.Refresh().ok());
  const auto picture = watch.interfaces();
  const NetworkInterface* lo = FindInterface(*picture, "lo");
  ASSERT_NE(lo, nullptr);
  EXPECT_TRUE(lo->loopback);
  EXPECT_EQ(FindInterface(*picture, lo->index), lo);
  EXPECT_EQ(FindInterface(*picture, "no such interface"), nullptr);
  EXPECT_FALSE(watch.ReadNews());
  EXPECT_TRUE(DefaultRouteInterface(dump->get()).ok());
}

TEST(InterfacesTest, LinkTypesHaveNames) {
  EXPECT_EQ(LinkTypeName(LinkTypeOfHardware(ARPHRD_ETHER)), "Ethernet");
  EXPECT_EQ(LinkTypeName(LinkTypeOfHardware(ARPHRD_LOOPBACK)), "Ethernet");
  EXPECT_EQ(LinkTypeName(LinkTypeOfHardware(ARPHRD_NONE)), "raw IP");
  EXPECT_EQ(LinkTypeName(LinkTypeOfHardware(ARPHRD_PPP)), "Linux cooked");
  EXPECT_EQ(LinkTypeName(9999), "link type 9999");
}

}  // namespace
}  // namespace rustnet
