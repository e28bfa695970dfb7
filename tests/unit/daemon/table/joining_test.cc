// SPDX-License-Identifier: Apache-2.0
// Flows of one conversation on several interfaces: one row, which stays.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "daemon/table/connection_table.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet {
namespace {

using model::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Time kStart = Time{1'700'000'000} * kSecond;

// Handles are named by their interface's index.
enum Interface : uint8_t { kLo = 1, kEth0, kEth1, kBr0, kVethA, kVethB, kBr1 };
constexpr const char* kNames[] = {"", "lo", "eth0", "eth1", "br0", "vetha", "vethb", "br1"};

struct End {
  const char* address;
  uint16_t port;
};
constexpr End kContainer = {"172.30.0.2", 40000};
constexpr End kHost = {"10.0.0.1", 61000};
constexpr End kServer = {"198.51.100.7", 443};

uint8_t SetKey(End from, End to, net::FlowKey* key) {
  const auto a = std::pair(IpAddress::Parse(from.address)->raw(), from.port);
  const auto b = std::pair(IpAddress::Parse(to.address)->raw(), to.port);
  const uint8_t source = b < a ? 1 : 0;
  key->family = 4;
  key->address[source] = a.first;
  key->port[source] = a.second;
  key->address[source ^ 1] = b.first;
  key->port[source ^ 1] = b.second;
  return source;
}

class Answers : public Attribution {
 public:
  int poll_fd() const override { return -1; }
  void Poll(Time) override {}
  Owner Find(const SocketTuple& tuple, Duration) override {
    const auto found = owners.find(tuple.local.ToString());
    if (found == owners.end()) return {nullptr, {}, Quality::kNone, NoOwner::kNotLocal, ""};
    auto process = std::make_shared<ProcessInfo>();
    process->pid = 1;
    process->name = found->second;
    return {process, 0, tuple.elsewhere ? Quality::kNetnsUnique : Quality::kExact,
            NoOwner::kUnspecified, ""};
  }
  std::vector<BackendState> backends() const override { return {}; }
  AttributionCounters counters() const override { return {}; }

  std::map<std::string, std::string> owners;  // by address
};

class Masquerade : public Nat {
 public:
  void Poll(Time) override {}
  const Translation* Find(const net::FlowKey& key) const override {
    for (const Translation& t : translations) {
      for (const net::FlowKey* each : {&t.original, &t.translated}) {
        if (each->address == key.address && each->port == key.port) return &t;
      }
    }
    return nullptr;
  }
  Time lost_at() const override { return lost; }
  BackendState backend() const override { return {}; }
  NatCounters counters() const override { return {}; }
  void Add(End before, End behind, End to) {
    Translation t;
    t.original.protocol = t.translated.protocol = net::Protocol::kTcp;
    t.original_source = SetKey(before, to, &t.original);
    t.translated_source = SetKey(behind, to, &t.translated);
    translations.push_back(t);
  }

  std::vector<Translation> translations;
  Time lost = 0;
};

class JoiningTest : public testing::Test {
 protected:
  JoiningTest() {
    for (uint8_t i = kLo; i <= kBr1; ++i) table_.SetInterface(i, kNames[i], 0, i);
    const Link links[] = {{kLo, 0, 0},       {kEth0, 0, 0},     {kEth1, 0, 0}, {kBr0, 0, 0},
                          {kVethA, kBr0, 0}, {kVethB, kBr1, 0}, {kBr1, 0, 0}};
    table_.SetLinks(links);
    LocalNetwork network;
    network.AddAddress(*IpAddress::Parse("10.0.0.1"));
    network.AddAddress(*IpAddress::Parse("172.30.0.1"));
    table_.SetLocalNetwork(std::move(network));
    auto subscription = table_.Subscribe({}, 0, {});
    subscription_ = std::move(subscription).value();
    subscription_->Begin({});
  }

  // A flow as `interface` sees it; its first packet leaves by it if `out`.
  net::FlowView Flow(Interface interface, bool out, End from, End to, uint32_t isn = 100) {
    net::FlowView flow;
    flow.id = ++last_id_;
    flow.worker = interface % 2;
    flow.key.protocol = net::Protocol::kTcp;
    flow.key.handle = interface;
    flow.initiator = SetKey(from, to, &flow.key);
    flow.local_began = out;
    flow.first = flow.last = now_ + last_id_;
    flow.tcp = flow.tcp_peer = net::TcpState::kEstablished;
    flow.span[0] = {isn, isn + 1, true};
    Count(&flow, 3, 5);
    return flow;
  }
  void Count(net::FlowView* flow, uint64_t forward, uint64_t backward) {
    flow->counters[0] = {.packets = forward, .bytes = forward * 100};
    flow->counters[1] = {.packets = backward, .bytes = backward * 1000};
    flow->last = now_;
  }
  // A masqueraded connection of the container, from its veth to the uplink.
  std::vector<net::FlowView> Outward(uint32_t isn = 100) {
    nat_.Add(kContainer, kHost, kServer);
    return {Flow(kVethA, false, kContainer, kServer, isn),
            Flow(kBr0, false, kContainer, kServer, isn), Flow(kEth0, true, kHost, kServer, isn)};
  }

  void Tick(std::vector<net::FlowView> flows) {
    now_ += 100 * kMillisecond;
    table_.Tick({now_, now_, flows, &answers_, {}, &nat_});
    while (true) {
      const Step step = subscription_->Next();
      if (step.kind != Step::Kind::kDelta) break;
      v1::WatchConnectionsResponse response;
      ASSERT_TRUE(response.ParseFromString(std::string(step.delta->message())));
      removed_ += response.delta().removed_size();
      if (response.delta().has_summary()) send_rate_ = response.delta().summary().send_rate();
      missed_ += step.missed;
    }
  }
  std::vector<model::Connection> List(bool historic = true) {
    ViewSpec spec;
    spec.historic = historic;
    auto selection = Selection::From(spec);
    std::vector<model::Connection> out;
    for (const ConnectionId id : table_.Select({}, *selection).ids) {
      out.emplace_back();
      EXPECT_TRUE(table_.Get({}, id, &out.back(), nullptr));
    }
    return out;
  }
  model::Connection Only() {
    const std::vector<model::Connection> all = List();
    EXPECT_THAT(all, SizeIs(1));
    return all.empty() ? model::Connection() : all.front();
  }
  static std::vector<std::string> PathOf(const model::Connection& row) {
    std::vector<std::string> path = {row.interface};
    for (const model::InterfaceCopy& copy : row.copies) path.push_back(copy.interface);
    return path;
  }

  ConnectionTable table_;
  Answers answers_;
  Masquerade nat_;
  std::unique_ptr<Subscription> subscription_;
  Time now_ = kStart;
  uint64_t last_id_ = 0;
  int removed_ = 0;
  uint64_t missed_ = 0;
  uint64_t send_rate_ = 0;  // of all rows, as the stream tells it
};

TEST_F(JoiningTest, AMasqueradedContainerIsOneRowOfItsProcess) {
  answers_.owners["172.30.0.2"] = "curl";
  auto flows = Outward();
  Count(&flows[2], 2, 4);  // the uplink saw less
  Tick(flows);
  const model::Connection row = Only();
  EXPECT_EQ(row.local.address, "172.30.0.2");
  EXPECT_EQ(row.remote.address, "198.51.100.7");
  EXPECT_EQ(row.direction, Direction::kOutgoing);
  EXPECT_EQ(row.process.name, "curl");
  EXPECT_EQ(row.process.quality, model::Quality::kNetnsUnique);
  EXPECT_THAT(PathOf(row), ElementsAre("vetha", "br0", "eth0"));
  EXPECT_EQ(row.counters.bytes_sent, 300u);
  EXPECT_EQ(row.counters.bytes_received, 5000u);
  EXPECT_EQ(row.copies[1].packets, 6u);
  EXPECT_EQ(row.copies[1].bytes, 4200u);
  EXPECT_EQ(removed_, 0);
  EXPECT_EQ(missed_, 0u);
}

TEST_F(JoiningTest, ARowKeepsItsIdInWhateverOrderItsFlowsCome) {
  answers_.owners["172.30.0.2"] = "curl";
  auto flows = Outward();
  std::array<size_t, 3> order = {0, 1, 2};
  do {
    Tick({flows[order[0]]});
    const ConnectionId id = Only().id;
    Tick({flows[order[1]]});
    EXPECT_EQ(Only().id, id);
    Tick({flows[order[2]]});
    const model::Connection row = Only();
    EXPECT_EQ(row.id, id);
    EXPECT_EQ(row.local.address, "172.30.0.2");
    EXPECT_EQ(row.process.name, "curl");
    EXPECT_THAT(PathOf(row), ElementsAre("vetha", "br0", "eth0"));
    EXPECT_EQ(removed_, 0);
    table_.Reset();
    subscription_ = table_.Subscribe({}, 0, {}).value();
    subscription_->Begin({});
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(JoiningTest, AnOwnerThatComesLateTurnsTheRow) {
  // The one who was called is a container here.
  const net::FlowView flow = Flow(kBr0, true, kServer, kContainer);
  Tick({flow});
  EXPECT_EQ(Only().direction, Direction::kTransit);
  EXPECT_EQ(Only().counters.bytes_sent, 300u);
  answers_.owners["172.30.0.2"] = "nginx";
  for (int i = 0; i < 5; ++i) Tick({});
  EXPECT_EQ(Only().direction, Direction::kIncoming);
  EXPECT_EQ(Only().local.address, "172.30.0.2");
  EXPECT_EQ(Only().process.name, "nginx");
  EXPECT_EQ(Only().counters.bytes_sent, 5000u);
  net::FlowView more = flow;
  Count(&more, 4, 6);
  Tick({more});
  EXPECT_EQ(Only().counters.bytes_sent, 6000u);
}

TEST_F(JoiningTest, APublishedPortIsTheContainers) {
  answers_.owners["172.30.0.2"] = "nginx";
  const End published = {"10.0.0.1", 80};
  Translation t;
  t.original.protocol = t.translated.protocol = net::Protocol::kTcp;
  t.original_source = SetKey(kServer, published, &t.original);
  t.translated_source = SetKey(kServer, kContainer, &t.translated);
  nat_.translations.push_back(t);
  Tick({Flow(kEth0, false, kServer, published), Flow(kBr0, true, kServer, kContainer),
        Flow(kVethA, true, kServer, kContainer)});
  const model::Connection row = Only();
  EXPECT_EQ(row.direction, Direction::kIncoming);
  EXPECT_EQ(row.local.address, "172.30.0.2");
  EXPECT_EQ(row.process.name, "nginx");
  EXPECT_THAT(PathOf(row), ElementsAre("vetha", "br0", "eth0"));
  EXPECT_EQ(row.counters.bytes_received, 300u);
}

TEST_F(JoiningTest, AContainerAndItsHostAreBothEnds) {
  answers_.owners["172.30.0.2"] = "curl";
  answers_.owners["172.30.0.1"] = "dnsmasq";
  const End host = {"172.30.0.1", 53};
  Tick({Flow(kVethA, false, kContainer, host), Flow(kBr0, false, kContainer, host)});
  const model::Connection row = Only();
  EXPECT_EQ(row.direction, Direction::kLocal);
  EXPECT_EQ(row.local.address, "172.30.0.2");
  EXPECT_EQ(row.process.name, "curl");
  ASSERT_TRUE(row.peer_process);
  EXPECT_EQ(row.peer_process->name, "dnsmasq");
}

TEST_F(JoiningTest, TwoContainersOfOneTupleStayApart) {
  Tick({Flow(kVethA, false, kContainer, kServer, 100), Flow(kBr0, false, kContainer, kServer, 100),
        Flow(kVethB, false, kContainer, kServer, 999),
        Flow(kBr1, false, kContainer, kServer, 999)});
  const auto rows = List();
  ASSERT_THAT(rows, SizeIs(2));
  for (const model::Connection& row : rows) {
    EXPECT_THAT(PathOf(row),
                testing::AnyOf(ElementsAre("vetha", "br0"), ElementsAre("vethb", "br1")));
  }
}

TEST_F(JoiningTest, WhatBecomesClearLaterIsMergedOnce) {
  auto a = Flow(kVethA, false, kContainer, kServer);
  auto b = Flow(kEth0, true, kContainer, kServer);
  a.span = {net::SeenSpan{1000, 1100, false}, {}};
  b.span = {net::SeenSpan{1200, 1300, false}, {}};
  Tick({a, b});
  const auto before = List();
  ASSERT_THAT(before, SizeIs(2));
  const ConnectionId older =
      before[0].first_seen < before[1].first_seen ? before[0].id : before[1].id;
  a.span = b.span = {net::SeenSpan{1200, 2000, false}, net::SeenSpan{5, 5, false}};
  Count(&a, 30, 50);
  Count(&b, 30, 50);
  Tick({a, b});
  EXPECT_EQ(Only().id, older);
  EXPECT_THAT(PathOf(Only()), ElementsAre("vetha", "eth0"));
  EXPECT_EQ(Only().counters.packets_sent, 30u);
  EXPECT_EQ(removed_, 1);
  Count(&b, 31, 50);
  Count(&a, 32, 50);
  Tick({b, a});
  EXPECT_EQ(Only().counters.packets_sent, 32u);
  a.ended = b.ended = true;
  Tick({a, b});
  EXPECT_TRUE(Only().historic);
}

// A bond that changes its slave after a silence: the new slave's flow is told before the bond's.
TEST_F(JoiningTest, ANewInterfaceAfterASilenceJoinsWithoutAFlap) {
  auto bridge = Flow(kBr0, true, {"172.30.0.1", 5000}, kContainer);
  Tick({bridge});
  for (int i = 0; i < 50; ++i) Tick({});
  auto port = Flow(kVethA, true, {"172.30.0.1", 5000}, kContainer);
  port.span[0] = {5000, 5001, false};
  bridge.span[0].end = 5001;
  Count(&bridge, 4, 6);
  Tick({port, bridge});
  EXPECT_THAT(PathOf(Only()), ElementsAre("br0", "vetha"));
  EXPECT_EQ(Only().counters.packets_sent, 4u) << "the port saw only a part";
  EXPECT_EQ(removed_, 0);
}

TEST_F(JoiningTest, ItEndsWithTheLastOfItsFlows) {
  auto flows = Outward();
  Tick(flows);
  flows[0].ended = true;
  Tick({flows[0]});
  EXPECT_FALSE(Only().historic);
  flows[1].ended = flows[2].ended = true;
  Tick({flows[2]});
  Tick({flows[1]});
  EXPECT_TRUE(Only().historic);
  EXPECT_THAT(PathOf(Only()), ElementsAre("vetha", "br0", "eth0"));
  // The ports are used again.
  for (net::FlowView& flow : flows) {
    flow.id += 100;
    flow.ended = false;
    flow.first = flow.last = now_;
    flow.span[0] = {7777, 7778, true};
  }
  Tick(flows);
  EXPECT_THAT(List(), SizeIs(2));
  EXPECT_THAT(PathOf(List(false).front()), ElementsAre("vetha", "br0", "eth0"));
}

TEST_F(JoiningTest, LostEventsAreTheReasonThatIsGiven) {
  nat_.lost = now_ + kSecond;
  Tick({Flow(kEth0, true, kHost, kServer)});
  for (int i = 0; i < 30; ++i) Tick({});
  EXPECT_EQ(Only().process.reason, model::NoOwner::kLostEvent);
  nat_.lost = 0;
  nat_.Add({"192.168.7.7", 9}, {"10.0.0.1", 9}, kServer);
  Tick({Flow(kEth0, true, {"10.0.0.1", 9}, kServer)});
  const auto rows = List();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].local.port == 9 ? rows[0].process.reason : rows[1].process.reason,
            model::NoOwner::kForwarded);
}

// By eth0 in a tunnel, and by the tunnel's device plainly.
TEST_F(JoiningTest, WhatATunnelCarriesIsJoinedWithItsPlainCopy) {
  auto carried = Flow(kEth0, true, {"10.0.0.1", 9}, kServer);
  carried.key.tunnel = 7;
  carried.depth = 1;
  carried.carriers[0] = net::Carrier::kVxlan;
  carried.carrier_id = 42;
  carried.rate = {1000, 0};
  Tick({carried});
  model::Connection row = Only();
  EXPECT_THAT(row.tunnel, ElementsAre("vxlan:42"));
  EXPECT_EQ(send_rate_, 0u) << "it is in the carrier's bytes";
  auto plain = Flow(kBr0, true, {"10.0.0.1", 9}, kServer);
  plain.first = carried.first;
  plain.rate = {900, 0};
  Tick({plain});
  row = Only();
  EXPECT_THAT(row.tunnel, IsEmpty());
  EXPECT_THAT(PathOf(row), ElementsAre("br0", "eth0"));
  EXPECT_EQ(send_rate_, 900u);
  plain.ended = carried.ended = true;
  plain.rate = carried.rate = {};
  Tick({plain, carried});
  EXPECT_EQ(send_rate_, 0u);
}

TEST_F(JoiningTest, TwoTunnelsWithOtherPacketsStayApart) {
  auto one = Flow(kEth0, false, kContainer, kServer, 100);
  auto other = Flow(kEth1, false, kContainer, kServer, 500);
  one.key.tunnel = 7;
  other.key.tunnel = 8;
  Tick({one, other});
  EXPECT_THAT(List(), SizeIs(2));
}

TEST_F(JoiningTest, FramesWithoutIpAreNotJoined) {
  auto a = Flow(kVethA, false, kContainer, kServer);
  auto b = Flow(kBr0, false, kContainer, kServer);
  a.key.protocol = b.key.protocol = net::Protocol::kArp;
  Tick({a, b});
  EXPECT_THAT(List(), SizeIs(2));
}

// Whatever the order and the tick in which 300 connections are seen, and end: as many rows, none of
// which went before its end.
TEST_F(JoiningTest, ManyAtRandom) {
  std::mt19937 rng(1);
  std::vector<net::FlowView> waiting;
  for (uint16_t i = 0; i < 300; ++i) {
    const End from = {"172.30.0.2", static_cast<uint16_t>(1000 + i)};
    const End behind = {"10.0.0.1", static_cast<uint16_t>(50000 - i)};
    nat_.Add(from, behind, kServer);
    const uint32_t isn = static_cast<uint32_t>(rng());
    waiting.push_back(Flow(kVethA, false, from, kServer, isn));
    waiting.push_back(Flow(kBr0, false, from, kServer, isn));
    waiting.push_back(Flow(kEth0, true, behind, kServer, isn));
  }
  for (net::FlowView& flow : waiting) flow.first = flow.last = kStart;
  std::shuffle(waiting.begin(), waiting.end(), rng);
  std::vector<net::FlowView> live;
  while (!waiting.empty()) {
    std::vector<net::FlowView> tick;
    for (size_t n = rng() % 100; n > 0 && !waiting.empty(); --n) {
      tick.push_back(waiting.back());
      live.push_back(waiting.back());
      waiting.pop_back();
    }
    for (size_t n = rng() % 20; n > 0 && !live.empty(); --n) {
      net::FlowView& flow = live[rng() % live.size()];
      Count(&flow, flow.counters[0].packets + 1, flow.counters[1].packets);
      flow.last = kStart;
      tick.push_back(flow);
    }
    Tick(tick);
  }
  EXPECT_THAT(List(), SizeIs(300));
  EXPECT_EQ(table_.size(), 300u);
  for (const model::Connection& row : List()) {
    EXPECT_THAT(PathOf(row), ElementsAre("vetha", "br0", "eth0"));
    EXPECT_EQ(row.local.address, "172.30.0.2");
  }
  EXPECT_EQ(removed_, 0);
  std::shuffle(live.begin(), live.end(), rng);
  for (net::FlowView& flow : live) flow.ended = true;
  Tick(live);
  EXPECT_EQ(table_.size(), 0u);
  EXPECT_EQ(removed_, 300);
  EXPECT_THAT(List(false), IsEmpty());
}

}  // namespace
}  // namespace rustnet
