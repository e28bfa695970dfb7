// SPDX-License-Identifier: Apache-2.0
// Which sightings are the same packets, and which copy stands nearest the socket.
#include "daemon/table/stitch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace rustnet {
namespace {

using testing::ElementsAre;

constexpr Time kStart = Time{1'700'000'000} * kSecond;

// lo, eth0 and eth1 in bond0, eth2 with the VLAN vlan7, two containers: vetha in br0, vethb and
// vethc in br1.
enum Interface : uint32_t {
  kEth0 = 2,
  kEth1,
  kBond0,
  kEth2,
  kVlan7,
  kVethA,
  kBr0,
  kVethB,
  kVethC,
  kBr1,
  kVlanPort
};
Links ThisHost() {
  Links links;
  const Link all[] = {{kEth0, kBond0, 0}, {kEth1, kBond0, 0},      {kBond0, 0, 0},
                      {kEth2, 0, 0},      {kVlan7, 0, kEth2},      {kVethA, kBr0, 0},
                      {kBr0, 0, 0},       {kVethB, kBr1, 0},       {kVethC, kBr1, 0},
                      {kBr1, 0, 0},       {kVlanPort, kBr1, kEth2}};
  links.Set(all);
  return links;
}

TEST(LinksTest, WhatStandsOnWhat) {
  const Links links = ThisHost();
  EXPECT_TRUE(links.Related(kVethA, kBr0));
  EXPECT_TRUE(links.Related(kBr0, kVethA));
  EXPECT_TRUE(links.Related(kEth2, kVlan7));
  EXPECT_TRUE(links.Related(kEth2, kBr1)) << "by the VLAN that is the bridge's port";
  EXPECT_FALSE(links.Related(kVethA, kBr1));
  EXPECT_FALSE(links.Related(kVethB, kVethC));
  EXPECT_TRUE(links.Siblings(kVethB, kVethC));
  EXPECT_FALSE(links.Siblings(kVethA, kVethB));
  EXPECT_FALSE(links.Siblings(kBr0, kBr1));
  EXPECT_EQ(links.Height(kEth2), 0);
  EXPECT_EQ(links.Height(kVlanPort), 1);
  EXPECT_EQ(links.Height(kBr1), 2);
  EXPECT_EQ(links.Height(99), 0);
}

TEST(LinksTest, ACircleHasAnEnd) {
  Links links;
  const Link circle[] = {{1, 2, 0}, {2, 3, 0}, {3, 1, 3}};
  links.Set(circle);
  EXPECT_TRUE(links.Related(1, 3));
  EXPECT_LE(links.Height(1), 8);
}

// Key end 0 is the container or host that began, end 1 the other.
Sighting Seen(uint32_t interface, bool out, net::SeenSpan forward, net::SeenSpan backward = {},
              net::Protocol protocol = net::Protocol::kTcp, Duration after = 0) {
  Sighting s;
  s.key.protocol = protocol;
  s.key.family = 4;
  s.key.handle = static_cast<uint8_t>(interface);
  s.interface = interface;
  s.began_out = out;
  s.first = kStart + after;
  s.last = s.first + kSecond;
  s.span = {forward, backward};
  s.seen = {forward != net::SeenSpan{}, backward != net::SeenSpan{}};
  return s;
}
constexpr net::SeenSpan Syn(uint32_t first, uint32_t length = 1) {
  return {first, first + length, true};
}
constexpr net::SeenSpan Middle(uint32_t first, uint32_t length) {
  return {first, first + length, false};
}
constexpr net::SeenSpan Mark(uint32_t hash) { return {hash, 0, false}; }
Sighting Datagram(uint32_t interface, bool out, uint32_t mark, Duration after = 0) {
  return Seen(interface, out, Mark(mark), {}, net::Protocol::kUdp, after);
}
Sighting Answer(Sighting s) {  // only what came back was seen
  std::swap(s.span[0], s.span[1]);
  std::swap(s.seen[0], s.seen[1]);
  s.initiator = 1;
  s.began_out = !s.began_out;
  return s;
}

struct Case {
  const char* name;
  Sighting a;
  Sighting b;
  Verdict verdict;
  Pair pair = {};
};

const Case kCases[] = {
    {"TcpOnVethAndBridge", Seen(kVethA, false, Syn(100)), Seen(kBr0, false, Syn(100)),
     Verdict::kSame},
    {"TcpRoutedOut", Seen(kVethA, false, Syn(100)), Seen(kEth2, true, Syn(100)), Verdict::kSame},
    {"TcpWithUnknownInterfaces", Seen(90, false, Syn(100)), Seen(91, false, Syn(100)),
     Verdict::kSame},
    {"TcpOfTwoContainers", Seen(kVethA, false, Syn(100)), Seen(kVethB, false, Syn(101)),
     Verdict::kApart},
    {"TcpOneWayContradicts", Seen(kVethA, false, Syn(100), Syn(7)),
     Seen(kEth2, true, Syn(100), Syn(8)), Verdict::kApart},
    {"TcpOnOneInterface", Seen(kEth2, true, Syn(100)), Seen(kEth2, true, Syn(100)),
     Verdict::kApart},
    {"TcpLongAgo", Seen(kVethA, false, Syn(100)),
     Seen(kEth2, true, Syn(100), {}, net::Protocol::kTcp, 10 * kSecond), Verdict::kUnclear},
    {"TcpAcrossTheEndOfNumbers", Seen(kVethA, false, Middle(0xffffff00, 0x200), Middle(5, 40)),
     Seen(kEth2, true, Middle(0xffffff80, 0x200), Middle(6, 40)), Verdict::kSame},
    {"TcpAmidBothOverlap", Seen(kVethA, false, Middle(1000, 3000)),
     Seen(kEth2, true, Middle(2000, 3000)), Verdict::kUnclear},  // 2^-19 is not enough
    {"TcpAmidWithAcks", Seen(kVethA, false, Middle(1000, 3000), Middle(77, 0)),
     Seen(kEth2, true, Middle(2000, 3000), Middle(77, 0)), Verdict::kSame},
    {"TcpAmidNotYet", Seen(kVethA, false, Middle(1000, 100)), Seen(kEth2, true, Middle(2000, 100)),
     Verdict::kUnclear},
    {"TcpAmidOfTwoContainers", Seen(kVethA, false, Middle(1000, 0), Middle(77, 0)),
     Seen(kVethB, false, Middle(1000, 0), Middle(77, 0)), Verdict::kApart},
    {"TcpAmidLargeTellsNothing", Seen(kVethA, false, Middle(0, 2'000'000'000)),
     Seen(kEth2, true, Middle(1'000'000'000, 2'000'000'000)), Verdict::kUnclear},
    {"TcpAmidTranslated",
     Seen(kVethA, false, Middle(1000, 100)),
     Seen(kEth2, true, Middle(2000, 100)),
     Verdict::kSame,
     {.translated = true}},
    {"TcpTranslatedAndTurned",
     Seen(kVethA, false, Syn(100), Syn(9)),
     Answer(Answer(Seen(kEth2, true, Syn(100), Syn(9)))),
     Verdict::kSame,
     {.translated = true}},
    // A bond's slaves share its packets among them.
    {"BondAndFirstSlave",
     Seen(kBond0, true, Syn(100, 5000)),
     Seen(kEth0, true, Syn(100, 5000)),
     Verdict::kSame,
     {.ours = true}},
    {"BondAndSecondSlave",
     Seen(kBond0, true, Syn(100, 5000)),
     Seen(kEth1, true, Middle(101, 4000)),
     Verdict::kSame,
     {.ours = true}},
    {"SlavesWithoutTheirBond",
     Seen(kEth0, true, Syn(100, 5000)),
     Seen(kEth1, true, Middle(101, 4000)),
     Verdict::kUnclear,
     {.ours = true}},
    {"AsymmetricOfThisHost",
     Seen(kEth0, true, Syn(100)),
     Answer(Seen(kEth2, true, Syn(9))),
     Verdict::kSame,
     {.ours = true}},
    {"AsymmetricOfOthers", Seen(kEth0, true, Syn(100)), Answer(Seen(kEth2, true, Syn(9))),
     Verdict::kUnclear},
    {"DatagramOnVethAndBridge", Datagram(kVethA, false, 5), Datagram(kBr0, false, 5),
     Verdict::kSame},
    {"DatagramRoutedOut", Datagram(kVethA, false, 5), Datagram(kEth2, true, 5, kMillisecond),
     Verdict::kSame},
    {"DatagramOther", Datagram(kVethA, false, 5), Datagram(kEth2, true, 6), Verdict::kUnclear},
    {"DatagramLater", Datagram(kVethA, false, 5), Datagram(kEth2, true, 5, 2 * kSecond),
     Verdict::kUnclear},
    {"DatagramTranslated",
     Datagram(kVethA, false, 5),
     Datagram(kEth2, true, 6),
     Verdict::kSame,
     {.translated = true}},
    {"DatagramOfTwoContainers", Datagram(kVethA, false, 5), Datagram(kVethB, false, 5),
     Verdict::kApart},
    {"DatagramFlooded", Datagram(kVethB, true, 5), Datagram(kVethC, true, 5), Verdict::kSame},
    {"DatagramToTwoBridges", Datagram(kVethA, true, 5), Datagram(kVethB, true, 5),
     Verdict::kUnclear},
    {"DatagramAndVlan", Datagram(kEth2, false, 5), Datagram(kVlan7, false, 5), Verdict::kSame},
};

class CompareTest : public testing::TestWithParam<Case> {};

TEST_P(CompareTest, BothWaysAlike) {
  const Links links = ThisHost();
  const Case& c = GetParam();
  EXPECT_EQ(Compare(c.a, c.b, c.pair, links), c.verdict);
  EXPECT_EQ(Compare(c.b, c.a, c.pair, links), c.verdict) << "the other way round";
}

INSTANTIATE_TEST_SUITE_P(Cases, CompareTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

Copy CopyAt(uint32_t interface, bool out, uint64_t sent, uint64_t received, Duration after = 0) {
  Copy copy;
  copy.flow = interface;
  copy.sighting = Seen(interface, out, Syn(100), {}, net::Protocol::kTcp, after);
  copy.counters[0] = {.packets = sent, .bytes = sent * 100};
  copy.counters[1] = {.packets = received, .bytes = received * 100};
  return copy;
}
std::vector<uint64_t> Order(const Path& path) {
  std::vector<uint64_t> order;
  for (const Copy& copy : path.copies()) order.push_back(copy.flow);
  return order;
}

TEST(PathTest, FromTheContainerToTheWorldInWhateverOrderItIsSeen) {
  const Links links = ThisHost();
  std::vector<Copy> copies = {CopyAt(kVethA, false, 5, 6), CopyAt(kBr0, false, 5, 6),
                              CopyAt(kBond0, true, 5, 6, 1), CopyAt(kEth0, true, 5, 6, 2)};
  std::sort(copies.begin(), copies.end(),
            [](const Copy& a, const Copy& b) { return a.flow < b.flow; });
  do {
    Path path;
    for (const Copy& copy : copies) path.Add(copy, links);
    EXPECT_THAT(Order(path), ElementsAre(kVethA, kBr0, kBond0, kEth0));
    EXPECT_EQ(path.nearest().flow, kVethA);
  } while (std::next_permutation(copies.begin(), copies.end(),
                                 [](const Copy& a, const Copy& b) { return a.flow < b.flow; }));
}

TEST(PathTest, ACalledContainerIsNearToo) {
  const Links links = ThisHost();
  Path path;
  path.Add(CopyAt(kEth2, false, 5, 6), links);
  path.Add(CopyAt(kBr0, true, 5, 6, 1), links);
  path.Add(CopyAt(kVethA, true, 5, 6, 2), links);
  path.Turn(links);  // the local end is the one that was called
  EXPECT_THAT(Order(path), ElementsAre(kVethA, kBr0, kEth2));
  EXPECT_EQ(path.Counting(0).counters[0].packets, 6u);
}

TEST(PathTest, EachWayCountsWhereItWasSeen) {
  const Links links = ThisHost();
  Path path;
  path.Add(CopyAt(kEth0, true, 5, 0), links);
  path.Add(CopyAt(kEth2, true, 0, 9, 3), links);
  EXPECT_EQ(path.Counting(0).flow, kEth0);
  EXPECT_EQ(path.Counting(1).flow, kEth2);
}

TEST(PathTest, ABondCountsForItsSlaves) {
  const Links links = ThisHost();
  Path path;
  path.Add(CopyAt(kEth0, true, 3, 0), links);
  path.Add(CopyAt(kEth1, true, 4, 7, 1), links);
  path.Add(CopyAt(kBond0, true, 7, 7), links);
  EXPECT_EQ(path.nearest().flow, kBond0);
  EXPECT_EQ(path.Counting(0).counters[0].packets, 7u);
  EXPECT_EQ(path.Counting(1).counters[1].packets, 7u);
}

TEST(PathTest, WhoCameLateDoesNotCount) {
  const Links links = ThisHost();
  Path path;
  path.Add(CopyAt(kBr0, false, 1000, 1000), links);
  path.Add(CopyAt(kVethA, false, 3, 3, 5 * kSecond), links);
  EXPECT_EQ(path.nearest().flow, kBr0);
  EXPECT_EQ(path.Counting(0).counters[0].packets, 1000u);
}

}  // namespace
}  // namespace rustnet
