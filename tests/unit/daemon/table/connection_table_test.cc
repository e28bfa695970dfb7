// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/connection_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <utility>

#include "common/net/names/services.h"
#include "tests/e2e/synthetic_flows.h"
#include "tests/unit/daemon/table/table_harness.h"

namespace rustnet {
namespace {

using model::Direction;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct Case {
  const char* name;
  const char* from;
  uint16_t from_port;
  const char* to;
  uint16_t to_port;
  bool local_began;
  Direction direction;
  const char* local;
  uint16_t local_port;
  uint64_t sent;  // as the local end has it
};
constexpr Case kCases[] = {
    {"Outgoing", "10.0.0.1", 40000, "198.51.100.7", 443, true, Direction::kOutgoing, "10.0.0.1",
     40000, 300},
    {"Incoming", "198.51.100.7", 40000, "10.0.0.1", 22, false, Direction::kIncoming, "10.0.0.1", 22,
     5000},
    {"OutgoingV6", "2001:db8::1", 40000, "2001:db8::99", 443, true, Direction::kOutgoing,
     "2001:db8::1", 40000, 300},
    {"BothHere", "127.0.0.1", 40000, "127.0.0.1", 80, true, Direction::kLocal, "127.0.0.1", 40000,
     300},
    {"BothHereServerFirst", "127.0.0.1", 80, "127.0.0.1", 40000, true, Direction::kLocal,
     "127.0.0.1", 80, 300},
    {"Transit", "192.0.2.1", 40000, "198.51.100.7", 443, false, Direction::kTransit, "192.0.2.1",
     40000, 300},
    {"Forwarded", "192.0.2.1", 40000, "198.51.100.7", 443, true, Direction::kTransit, "192.0.2.1",
     40000, 300},
    {"MulticastFromElsewhere", "10.0.0.9", 5353, "224.0.0.251", 5353, false, Direction::kIncoming,
     "224.0.0.251", 5353, 5000},
    {"BroadcastFromElsewhere", "10.0.0.9", 137, "10.0.0.255", 137, false, Direction::kIncoming,
     "10.0.0.255", 137, 5000},
    {"NoAddressYet", "0.0.0.0", 68, "255.255.255.255", 67, true, Direction::kOutgoing, "0.0.0.0",
     68, 300},
};

class OrientationTest : public ConnectionTableTest, public testing::WithParamInterface<Case> {};

TEST_P(OrientationTest, LocalEndAndDirection) {
  const Case& c = GetParam();
  net::FlowView flow = Flow(1, c.from, c.from_port, c.to, c.to_port, net::Protocol::kUdp);
  flow.local_began = c.local_began;
  Tick({flow});
  const model::Connection row = Only();
  EXPECT_EQ(row.direction, c.direction);
  EXPECT_EQ(row.local.address, c.local);
  EXPECT_EQ(row.local.port, c.local_port);
  EXPECT_EQ(row.counters.bytes_sent, c.sent);
  EXPECT_EQ(row.counters.bytes_received, 5300 - c.sent);
  EXPECT_EQ(row.interface, "eth0");
}
INSTANTIATE_TEST_SUITE_P(Cases, OrientationTest, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST_F(ConnectionTableTest, TheStateIsThatOfTheLocalEnd) {
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  EXPECT_EQ(Only().state, model::State::kTcpFinWait2);
  table_.Reset();
  Tick({Flow(1, "198.51.100.7", 40000, "10.0.0.1", 443)});
  EXPECT_EQ(Only().state, model::State::kTcpCloseWait);
}

// And not how long it is silent.
TEST_F(ConnectionTableTest, TheStateOfQuicIsItsStage) {
  constexpr std::pair<net::Stage, model::State> kStates[] = {
      {net::Stage::kNone, model::State::kUdpIdle},
      {net::Stage::kQuicInitial, model::State::kQuicInitial},
      {net::Stage::kQuicHandshake, model::State::kQuicHandshake},
      {net::Stage::kQuicConnected, model::State::kQuicConnected},
      {net::Stage::kQuicDraining, model::State::kQuicDraining},
      {net::Stage::kQuicClosed, model::State::kQuicClosed},
  };
  net::FlowView flow = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443, net::Protocol::kUdp);
  flow.udp = net::UdpState::kIdle;
  for (const auto& [stage, state] : kStates) {
    flow.stage = stage;
    Tick({flow});
    EXPECT_EQ(Only().state, state);
  }
}

// Beside TCP's state, which the row keeps.
TEST_F(ConnectionTableTest, TheStageOfSshIsSaidOfTheApplication) {
  const synthetic::Kind& ssh = synthetic::Kinds()[3];
  auto facts = std::make_shared<net::ApplicationFacts>();
  facts->protocols = {&ssh.dissector};
  facts->values = {{&synthetic::kSshServer, "OpenSSH_9.6"}};
  net::FlowView flow = Flow(1, "198.51.100.7", 40000, "10.0.0.1", 22);
  flow.application = facts;
  flow.stage = net::Stage::kSshAuthentication;
  Tick({flow});
  const model::Connection row = Only();
  EXPECT_EQ(row.state, model::State::kTcpCloseWait);
  EXPECT_EQ(row.application.summary, "OpenSSH_9.6 authentication");
  ASSERT_THAT(row.application.fields, SizeIs(2));
  EXPECT_EQ(row.application.fields[1].name, "ssh_state");
  EXPECT_THAT(row.application.fields[1].values, ElementsAre("authentication"));
  flow.stage = net::Stage::kSshEstablished;
  Tick({flow});
  EXPECT_EQ(Only().application.summary, "OpenSSH_9.6 established");
}

TEST_F(ConnectionTableTest, APortIsAGuessAndDissectionIsNot) {
  net::FlowView flow = Flow(1, "198.51.100.7", 40000, "10.0.0.1", 443);
  Tick({flow});
  model::Connection row = Only();
  EXPECT_EQ(row.application.protocol, "https");
  EXPECT_EQ(row.application.evidence, model::Evidence::kPort);
  EXPECT_THAT(row.application.protocols, IsEmpty());

  const synthetic::Kind& ssh = synthetic::Kinds()[3];
  auto facts = std::make_shared<net::ApplicationFacts>();
  facts->protocols = {&ssh.dissector};
  facts->evidence = net::Evidence::kHandshake;
  facts->values = {{&synthetic::kSshServer, "OpenSSH_9.6"}};
  flow.application = facts;
  Tick({flow});
  row = Only();
  EXPECT_EQ(row.application.protocol, "ssh");
  EXPECT_THAT(row.application.protocols, ElementsAre("ssh"));
  EXPECT_EQ(row.application.summary, "OpenSSH_9.6");
  ASSERT_THAT(row.application.fields, SizeIs(1));
  EXPECT_EQ(row.application.fields[0].name, "ssh_server");
}

TEST_F(ConnectionTableTest, TheFlowsOwnNameIsBetterThanOneSeenElsewhere) {
  name_ = [](const IpAddress&, const IpAddress&) {
    return std::optional(SeenName{"elsewhere.example", model::NameSource::kDnsAnswer});
  };
  net::FlowView flow = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443);
  Tick({flow});
  ASSERT_THAT(Only().remote.names, SizeIs(1));
  EXPECT_EQ(Only().remote.names[0].name, "elsewhere.example");
  EXPECT_EQ(Only().remote.names[0].source, model::NameSource::kDnsAnswer);
  auto facts = std::make_shared<net::ApplicationFacts>();
  facts->protocols = {&synthetic::Kinds()[0].dissector};
  facts->values = {{&synthetic::kSni, "sni.example"}};
  flow.application = facts;
  Tick({flow});
  const model::Connection row = Only();
  ASSERT_THAT(row.remote.names, SizeIs(2));
  EXPECT_EQ(row.remote.names[0].name, "sni.example");
  EXPECT_EQ(row.remote.names[0].source, model::NameSource::kSni);
  EXPECT_EQ(row.application.name, "sni.example");
}

// An SNI names the server, which here is this host.
TEST_F(ConnectionTableTest, AnIncomingFlowsSniDoesNotNameItsClient) {
  net::FlowView flow = Flow(1, "198.51.100.7", 40000, "10.0.0.1", 443);
  auto facts = std::make_shared<net::ApplicationFacts>();
  facts->protocols = {&synthetic::Kinds()[0].dissector};
  facts->values = {{&synthetic::kSni, "sni.example"}};
  flow.application = facts;
  Tick({flow});
  EXPECT_THAT(Only().remote.names, IsEmpty());
}

TEST_F(ConnectionTableTest, SecretsStayInside) {
  static constexpr net::Field kPassword{"password", true};
  net::FlowView flow = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 21);
  auto facts = std::make_shared<net::ApplicationFacts>();
  facts->protocols = {&synthetic::Kinds()[0].dissector};
  facts->values = {{&kPassword, "hunter2"}};
  flow.application = facts;
  Tick({flow});
  EXPECT_THAT(Only().application.fields, IsEmpty());
}

TEST_F(ConnectionTableTest, AnOwnerThatComesLateIsFound) {
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  EXPECT_EQ(Only().process.quality, model::Quality::kNone);
  EXPECT_EQ(Only().process.reason, model::NoOwner::kPending);
  Tick({});
  answers_.Own("10.0.0.1", 40000, 77, 1000);
  Tick({});  // no packet came
  const model::Connection row = Only();
  EXPECT_EQ(row.process.pid, 77u);
  EXPECT_EQ(row.process.name, "p77");
  EXPECT_EQ(row.process.quality, model::Quality::kExact);
  EXPECT_EQ(row.process.reason, model::NoOwner::kUnspecified);
}

TEST_F(ConnectionTableTest, OldFlowsWithoutOwnerAreAskedForSeldom) {
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  for (int i = 0; i < 700; ++i) Tick({});  // 70 s
  const int before = answers_.asked;
  for (int i = 0; i < 300; ++i) Tick({});  // 30 s
  EXPECT_LE(answers_.asked - before, 2);
  answers_.Own("10.0.0.1", 40000, 77, 1000);
  for (int i = 0; i < 310; ++i) Tick({});
  EXPECT_EQ(Only().process.pid, 77u);
  const int known = answers_.asked;
  for (int i = 0; i < 310; ++i) Tick({});
  EXPECT_EQ(answers_.asked, known);  // an owner that is known is not asked for again
}

TEST_F(ConnectionTableTest, AFlowWithoutALocalEndIsAskedForInItsFirstSecond) {
  Tick({Flow(1, "192.0.2.1", 40000, "198.51.100.7", 443)});
  for (int i = 0; i < 100; ++i) Tick({});
  EXPECT_LE(answers_.asked, 10);  // each end is perhaps a container's
  EXPECT_EQ(Only().process.quality, model::Quality::kNone);
  EXPECT_EQ(Only().process.reason, model::NoOwner::kNotLocal);
}

// Readers come and go while the table ticks: for ThreadSanitizer, and for whoever is whole at the
// end.
TEST_F(ConnectionTableTest, ReadersAndTicksAtOnce) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  std::atomic<int> pieces{0};
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&, i] {
      ViewSpec spec;
      spec.columns = i % 2 == 0;
      if (i >= 2) spec.filter = "port:443 bytes>1kB";
      if (i == 3) {
        spec.order_by = "down:desc";
        spec.limit = 3;
      }
      while (!stop) {
        auto subscription =
            table_.Subscribe(i == 1 ? ConnectionTable::Scope(1000) : std::nullopt, 1, spec);
        ASSERT_TRUE(subscription.ok());
        (*subscription)->Begin({});
        for (int n = 0; n < 20; ++n) {
          if ((*subscription)->Next().kind == Step::Kind::kDelta) ++pieces;
        }
        const auto selection = Selection::From(spec);
        table_.Select({}, *selection);
        table_.Tally();
        table_.Processes({}, *selection);
      }
    });
  }
  synthetic::Owners owners(3);
  synthetic::Flows flows(1, 300, now_);
  std::vector<net::FlowView> changes = flows.live();
  for (int tick = 0; tick < 200 || pieces < 200; ++tick) {
    now_ += 100 * kMillisecond;
    table_.Tick({now_, now_, changes, &owners, {}});
    changes.clear();
    if (tick % 90 == 89) {
      table_.Reset();
      changes = flows.live();
      continue;
    }
    for (int i = 0; i < 30; ++i) {
      changes.push_back(flows.Move(flows.Number(flows.size()), now_));
    }
    changes.push_back(flows.Close(flows.Number(flows.size()), now_));
    flows.Open(now_);
    changes.push_back(flows.live().back());
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

TEST_F(ConnectionTableTest, BothEndsOfALoopbackFlowHaveOwners) {
  answers_.Own("127.0.0.1", 40000, 1, 1000);
  answers_.Own("127.0.0.1", 80, 2, 1001);
  Tick({Flow(1, "127.0.0.1", 40000, "127.0.0.1", 80)});
  model::Connection row = Only();
  EXPECT_EQ(row.process.pid, 1u);
  ASSERT_TRUE(row.peer_process);
  EXPECT_EQ(row.peer_process->pid, 2u);
  // Each of the two users sees the row, and of the other end nothing but its address.
  row = Only(1000);
  EXPECT_EQ(row.process.pid, 1u);
  EXPECT_FALSE(row.peer_process);
  row = Only(1001);
  EXPECT_FALSE(row.process.pid);
  EXPECT_FALSE(row.process.uid);
  EXPECT_EQ(row.peer_process->pid, 2u);
  EXPECT_THAT(List(1002), IsEmpty());
}

TEST_F(ConnectionTableTest, AClosedRowIsHistoryAndThenGone) {
  net::FlowView flow = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443);
  Tick({flow});
  const ConnectionId id = Only().id;
  flow.ended = true;
  Tick({flow});
  EXPECT_THAT(List({}, false), IsEmpty());
  EXPECT_TRUE(Only().historic);
  EXPECT_EQ(Only().id, id);
  EXPECT_EQ(Only().counters.send_rate, 0u);
  // The same addresses again are another connection.
  Tick({Flow(2, "10.0.0.1", 40000, "198.51.100.7", 443)});
  ASSERT_THAT(List({}, false), SizeIs(1));
  EXPECT_NE(List({}, false)[0].id, id);
  Tick({}, 601 * kSecond);
  model::Connection gone;
  EXPECT_FALSE(table_.Get({}, id, &gone, nullptr));
  EXPECT_THAT(List(), SizeIs(1));
}

TEST_F(ConnectionTableTest, HistoryIsBoundedAndCounted) {
  std::vector<net::FlowView> flows;
  for (uint64_t id = 1; id <= 5010; ++id) {
    flows.push_back(Flow(id, "10.0.0.1", static_cast<uint16_t>(id), "198.51.100.7", 443));
    flows.back().ended = true;
  }
  Tick(flows);
  EXPECT_THAT(List(), SizeIs(5000));
  EXPECT_EQ(table_.counters().history_evicted, 10u);
}

TEST_F(ConnectionTableTest, IdsTellNothing) {
  std::vector<net::FlowView> flows;
  for (uint64_t id = 1; id <= 1000; ++id) {
    flows.push_back(Flow(id, "10.0.0.1", static_cast<uint16_t>(id), "198.51.100.7", 443));
  }
  Tick(flows);
  std::set<ConnectionId> ids;
  int rising = 0;
  ConnectionId last = 0;
  std::vector<model::Connection> rows = List();
  std::sort(rows.begin(), rows.end(),
            [](const auto& a, const auto& b) { return a.local.port < b.local.port; });
  for (const model::Connection& row : rows) {
    ids.insert(row.id);
    rising += row.id > last ? 1 : 0;
    last = row.id;
  }
  EXPECT_THAT(ids, SizeIs(1000));
  EXPECT_GT(rising, 400);  // as by chance: half
  EXPECT_LT(rising, 600);
  model::Connection none;
  for (const ConnectionId id : ids) ASSERT_FALSE(table_.Get({}, id + 1, &none, nullptr));
  ASSERT_FALSE(table_.Get({}, 0, &none, nullptr));
}

TEST_F(ConnectionTableTest, AResetIsANewEpochWithNewIds) {
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  const ConnectionId id = Only().id;
  const uint64_t epoch = table_.epoch();
  table_.Reset();
  EXPECT_NE(table_.epoch(), epoch);
  EXPECT_THAT(List(), IsEmpty());
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  EXPECT_NE(Only().id, id);
}

TEST_F(ConnectionTableTest, RatesOfTheLastMinuteAreKept) {
  net::FlowView flow = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443);
  for (uint64_t second = 0; second < 90; ++second) {
    flow.counters[0].bytes += 100;
    flow.rate = {second, 2 * second};
    Tick({flow}, kSecond);
  }
  std::vector<RateSample> samples;
  model::Connection row;
  ASSERT_TRUE(table_.Get({}, Only().id, &row, &samples));
  ASSERT_THAT(samples, SizeIs(60));
  EXPECT_EQ(samples.back().send_rate, 89u);
  EXPECT_EQ(samples.back().receive_rate, 178u);
  EXPECT_EQ(samples.front().send_rate, 30u);
  EXPECT_EQ(samples.back().time - samples.front().time, 59 * kSecond);
  // A minute without traffic: nothing is kept.
  Tick({}, 61 * kSecond);
  ASSERT_TRUE(table_.Get({}, Only().id, &row, &samples));
  EXPECT_THAT(samples, IsEmpty());
}

TEST_F(ConnectionTableTest, ProcessesSumTheirConnections) {
  answers_.Own("10.0.0.1", 40000, 1, 1000);
  answers_.Own("10.0.0.1", 40001, 1, 1000);
  answers_.Own("127.0.0.1", 40002, 1, 1000);
  answers_.Own("127.0.0.1", 80, 2, 1001);
  // The same process, told twice by the backend.
  answers_.owners[{"10.0.0.1", 40001}].process = answers_.owners[{"10.0.0.1", 40000}].process;
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443),
        Flow(2, "10.0.0.1", 40001, "198.51.100.8", 443),
        Flow(3, "127.0.0.1", 40002, "127.0.0.1", 80)});
  auto selection = Selection::From({});
  std::vector<ProcessTotal> totals = table_.Processes({}, *selection);
  ASSERT_THAT(totals, SizeIs(2));
  EXPECT_EQ(totals[0].process.pid, 1u);
  EXPECT_EQ(totals[0].connections, 3u);
  EXPECT_EQ(totals[0].counters.bytes_sent, 900u);
  EXPECT_EQ(totals[1].connections, 1u);
  EXPECT_EQ(totals[1].counters.bytes_sent, 5000u);  // as the server has it
  totals = table_.Processes(1001, *selection);
  ASSERT_THAT(totals, SizeIs(1));
  EXPECT_EQ(totals[0].process.pid, 2u);
}

}  // namespace
}  // namespace rustnet
