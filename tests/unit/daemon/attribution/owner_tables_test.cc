// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/owner_tables.h"

#include <gtest/gtest.h>

#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {
namespace {

using net::Protocol;

constexpr uint8_t kIcmp = 1, kTcp = 6, kUdp = 17;  // IP protocol numbers
constexpr uint8_t kEstablishedState = 1, kClosedState = 7, kListenState = 10;
constexpr Time kStart = 1000 * kSecond;

class OwnerTablesTest : public ::testing::Test {
 protected:
  template <typename Record>
  void Feed(const Record& record) {
    const std::string bytes = BytesOf(record);
    tables_.Consume(AsBytes(bytes));
  }
  void Process(uint32_t pid, const std::string& name, uint32_t exec_id = 1) {
    Feed(ProcessRecordOf(pid, exec_id, now_, {.comm = name, .exe_leaf_first = {name, "bin"}}));
  }
  void Tell(bpf::RecordType type, uint8_t protocol, uint64_t cookie, const Endpoint& local,
            const Endpoint& remote, const Who& who, uint64_t netns = kNetns) {
    Feed(SocketRecordOf(type, protocol, cookie, local, remote, who, now_, netns));
  }
  void Handoff(uint64_t cookie, const Who& who) {
    Tell(bpf::kRecordHandoff, kTcp, cookie, "0.0.0.0:0", "0.0.0.0:0", who);
  }
  void Close(uint64_t cookie) { Feed(CloseRecordOf(cookie, now_)); }

  Owner Find(Protocol protocol, const Endpoint& local, const Endpoint& remote, Duration age = 0,
             uint64_t netns = kNetns) {
    return tables_.Find({.protocol = protocol,
                         .local = local.address,
                         .remote = remote.address,
                         .local_port = local.port,
                         .remote_port = remote.port,
                         .netns = netns},
                        age, now_);
  }
  // "pid" or "none", for short expectations.
  uint32_t Pid(const Owner& owner) { return owner.process == nullptr ? 0 : owner.process->pid; }

  Time now_ = kStart + 3600 * kSecond;
  OwnerTables tables_{kStart};
};

TEST_F(OwnerTablesTest, AConnectionHasTheProcessThatConnected) {
  Process(100, "curl");
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80");
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->name, "curl");
  EXPECT_EQ(owner.process->executable, "/bin/curl");
  EXPECT_EQ(owner.uid, 1000U);
  EXPECT_EQ(owner.quality, Quality::kExact);
  EXPECT_EQ(owner.thread_name, "");
}

TEST_F(OwnerTablesTest, EachEndOfALoopbackConnectionHasItsOwn) {
  Tell(bpf::kRecordListen, kTcp, 1, "127.0.0.1:80", "0.0.0.0:0",
       {.pid = 200, .role = bpf::kRoleListen});
  Tell(bpf::kRecordConnect, kTcp, 2, "127.0.0.1:4000", "127.0.0.1:80", {});
  Tell(bpf::kRecordAccept, kTcp, 3, "127.0.0.1:80", "127.0.0.1:4000",
       {.pid = 200, .role = bpf::kRoleListen});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "127.0.0.1:4000", "127.0.0.1:80")), 100U);
  const Owner server = Find(Protocol::kTcp, "127.0.0.1:80", "127.0.0.1:4000");
  EXPECT_EQ(Pid(server), 200U);
  EXPECT_EQ(server.quality, Quality::kListenerInherited);
}

TEST_F(OwnerTablesTest, BeforeTheHandshakeIsDoneTheListenerAnswers) {
  Tell(bpf::kRecordListen, kTcp, 1, "[::]:80", "[::]:0", {.pid = 200, .role = bpf::kRoleListen});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999");
  EXPECT_EQ(Pid(owner), 200U);
  EXPECT_EQ(owner.quality, Quality::kListenerInherited);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:81", "1.2.3.4:999")), 0U);
}

TEST_F(OwnerTablesTest, AMoreSpecificListenerComesFirst) {
  Tell(bpf::kRecordListen, kTcp, 1, "[::]:80", "[::]:0", {.pid = 1, .role = bpf::kRoleListen});
  Tell(bpf::kRecordListen, kTcp, 2, "0.0.0.0:80", "0.0.0.0:0",
       {.pid = 2, .role = bpf::kRoleListen});
  Tell(bpf::kRecordListen, kTcp, 3, "10.0.0.3:80", "0.0.0.0:0",
       {.pid = 3, .role = bpf::kRoleListen});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.3:80", "1.2.3.4:999")), 3U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.4:80", "1.2.3.4:999")), 2U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "[fd00::1]:80", "[fd00::2]:999")), 1U);
}

TEST_F(OwnerTablesTest, TheFirstIoMakesAnAcceptedConnectionExact) {
  Tell(bpf::kRecordAccept, kTcp, 3, "10.0.0.1:80", "1.2.3.4:999",
       {.pid = 200, .role = bpf::kRoleListen});
  Handoff(3, {.pid = 200, .role = bpf::kRoleUser});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999").quality, Quality::kExact);
}

TEST_F(OwnerTablesTest, AnotherProcessTakesAConnectionOver) {
  Process(201, "worker");
  Tell(bpf::kRecordAccept, kTcp, 3, "10.0.0.1:80", "1.2.3.4:999",
       {.pid = 200, .role = bpf::kRoleListen});
  Handoff(3, {.pid = 201, .role = bpf::kRoleUser, .thread = "worker"});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999");
  EXPECT_EQ(owner.process->name, "worker");
  EXPECT_EQ(owner.quality, Quality::kHandoff);
}

TEST_F(OwnerTablesTest, WhoHandedAConnectionOverIsKnown) {
  Process(200, "master");
  Process(201, "worker");
  Tell(bpf::kRecordAccept, kTcp, 3, "10.0.0.1:80", "1.2.3.4:999",
       {.pid = 200, .role = bpf::kRoleListen});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999").creator, nullptr);
  Handoff(3, {.pid = 200, .role = bpf::kRoleUser});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999").creator, nullptr);
  Handoff(3, {.pid = 201, .role = bpf::kRoleUser});
  Handoff(3, {.pid = 202, .role = bpf::kRoleUser});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999");
  EXPECT_EQ(Pid(owner), 202U);
  ASSERT_NE(owner.creator, nullptr);
  EXPECT_EQ(owner.creator->name, "master");
  Handoff(3, {.pid = 200, .role = bpf::kRoleUser});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999").creator, nullptr) << "has it back";
}

TEST_F(OwnerTablesTest, ATcpSocketHasTheKernelsNumbers) {
  std::vector<TcpChange> changes;
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80").socket, 1U);
  EXPECT_FALSE(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80").tcp.has_value());
  Feed(TcpRecordOf(1, 5001, kEstablishedState, now_));
  Feed(TcpRecordOf(2, 5001, kEstablishedState, now_));  // not known
  tables_.TakeTcpChanges(&changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].socket, 1U);
  const KernelTcp want = {.bytes_acked = 5001,
                          .bytes_sent = 6001,
                          .bytes_received = 77,
                          .delivery_rate = 5 * 1448 * 1000,
                          .smoothed_rtt_us = 250,
                          .rtt_variance_us = 30,
                          .minimum_rtt_us = 200,
                          .retransmissions = 2,
                          .congestion_window = 10,
                          .mss = 1448,
                          .final = false};
  EXPECT_EQ(changes[0].tcp, want);
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80").tcp, want);
  EXPECT_EQ(tables_.malformed(), 0U);
}

TEST_F(OwnerTablesTest, NumbersThatDidNotChangeAreNotToldAgain) {
  std::vector<TcpChange> changes;
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  const KernelTcp tcp = {.bytes_acked = 7, .smoothed_rtt_us = 1};
  for (int i = 0; i < 5; ++i) tables_.LearnTcp(1, tcp);
  tables_.TakeTcpChanges(&changes);
  EXPECT_EQ(changes.size(), 1U);
  tables_.LearnTcp(1, tcp);
  tables_.TakeTcpChanges(&changes);
  EXPECT_EQ(changes.size(), 1U);
}

TEST_F(OwnerTablesTest, TheLastNumbersStay) {
  std::vector<TcpChange> changes;
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  Feed(TcpRecordOf(1, 5002, kClosedState, now_));
  tables_.LearnTcp(1, {.bytes_acked = 4000});  // a dump that began before
  tables_.TakeTcpChanges(&changes);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].tcp.final);
  EXPECT_EQ(changes[0].tcp.bytes_acked, 5002U);
  now_ += kSecond;
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", kSecond);
  EXPECT_EQ(Pid(owner), 100U) << "the record closed the socket, and it is kept";
  EXPECT_EQ(owner.tcp->bytes_acked, 5002U);
  // Connected anew: what the old connection counted is not the new one's.
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4001", "1.2.3.4:80", {});
  EXPECT_FALSE(Find(Protocol::kTcp, "10.0.0.1:4001", "1.2.3.4:80").tcp.has_value());
}

TEST_F(OwnerTablesTest, AListenersNumbersAreNotTheConnections) {
  Tell(bpf::kRecordListen, kTcp, 1, "[::]:80", "[::]:0", {.pid = 200, .role = bpf::kRoleListen});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:999").socket, 0U);
}

TEST_F(OwnerTablesTest, OpenTcpSocketsOfOtherNamespacesAreNoticed) {
  EXPECT_FALSE(tables_.sockets().HasTcpOutside(kNetns));
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  Tell(bpf::kRecordFlow, kUdp, 2, "10.0.0.1:4000", "1.2.3.4:80", {}, kNetns + 1);
  EXPECT_FALSE(tables_.sockets().HasTcpOutside(kNetns));
  Tell(bpf::kRecordConnect, kTcp, 3, "10.0.0.1:4000", "1.2.3.4:80", {}, kNetns + 1);
  EXPECT_TRUE(tables_.sockets().HasTcpOutside(kNetns));
  Close(3);
  EXPECT_FALSE(tables_.sockets().HasTcpOutside(kNetns));
}

TEST_F(OwnerTablesTest, MappedAddressesAreIpv4) {
  Tell(bpf::kRecordConnect, kTcp, 1, "[::ffff:10.0.0.1]:4000", "[::ffff:1.2.3.4]:80", {});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80")), 100U);
}

TEST_F(OwnerTablesTest, ATcpTupleUsedAgainHasTheOwnerOfItsTime) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 1});
  now_ += 5 * kSecond;
  Close(1);
  now_ += 20 * kSecond;
  Tell(bpf::kRecordConnect, kTcp, 2, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 2});
  now_ += 3 * kSecond;
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", 3 * kSecond)), 2U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", 28 * kSecond)), 1U);
}

TEST_F(OwnerTablesTest, AClosedTcpSocketIsNotTheOwnerOfALaterFlow) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 1});
  now_ += kSecond;
  Close(1);
  now_ += 30 * kSecond;
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", 5 * kSecond);
  EXPECT_EQ(owner.process, nullptr);
  EXPECT_EQ(owner.reason, NoOwner::kNotLocal);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", 31 * kSecond)), 1U)
      << "late packets of its own flow";
}

TEST_F(OwnerTablesTest, AUdpTupleIsWhoseItWasWhenTheFlowBeganAndThenTheNextOnes) {
  const Who first = {.pid = 1, .role = bpf::kRoleSend};
  const Who second = {.pid = 2, .role = bpf::kRoleSend};
  Tell(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:4000", "1.2.3.4:53", first);
  now_ += kSecond;
  Close(1);
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53", kSecond)), 1U);
  const SocketTuple tuple{.protocol = Protocol::kUdp,
                          .local = *IpAddress::Parse("10.0.0.1"),
                          .remote = *IpAddress::Parse("1.2.3.4"),
                          .local_port = 4000,
                          .remote_port = 53};
  EXPECT_FALSE(tables_.SuccessorOf(1, tuple).has_value());
  now_ += kSecond;
  Tell(bpf::kRecordFlow, kUdp, 2, "10.0.0.1:4000", "1.2.3.4:53", second);
  const Time opened = now_;
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53", 2 * kSecond)), 1U);
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53", 0)), 2U);
  EXPECT_FALSE(tables_.SuccessorOf(2, tuple).has_value()) << "it is open";
  now_ += kSecond;
  Close(2);
  now_ += kSecond;
  Tell(bpf::kRecordFlow, kUdp, 3, "10.0.0.1:4000", "1.2.3.4:53", {.pid = 3});
  const auto next = tables_.SuccessorOf(1, tuple);
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(Pid(next->owner), 2U);
  EXPECT_EQ(next->owner.socket, 2U);
  EXPECT_EQ(next->opened, opened);
  EXPECT_EQ(Pid(tables_.SuccessorOf(2, tuple)->owner), 3U);
}

TEST_F(OwnerTablesTest, UdpThatOnlyReceivesIsFoundByItsPort) {
  Tell(bpf::kRecordBind, kUdp, 1, "0.0.0.0:514", "0.0.0.0:0", {.pid = 5, .role = bpf::kRoleCreate});
  const Owner owner = Find(Protocol::kUdp, "10.0.0.1:514", "1.2.3.4:999");
  EXPECT_EQ(Pid(owner), 5U);
  EXPECT_EQ(owner.quality, Quality::kExact);
  now_ += 10 * kSecond;
  Close(1);
  now_ += 10 * kSecond;
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:514", "1.2.3.4:999", 5 * kSecond)), 0U)
      << "the flow began after the socket was closed";
}

TEST_F(OwnerTablesTest, AnUnconnectedSocketHasAllFlowsOfItsPort) {
  Tell(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:4000", "1.2.3.4:53", {.role = bpf::kRoleSend});
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:4000", "9.9.9.9:53")), 100U);
  Tell(bpf::kRecordFlow, kUdp, 2, "10.0.0.1:4001", "1.2.3.4:53", {.role = bpf::kRoleConnect});
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:4001", "9.9.9.9:53")), 0U)
      << "connected: it gets nothing from others";
}

TEST_F(OwnerTablesTest, APortThatProcessesShareIsNotGuessed) {
  for (uint32_t pid = 1; pid <= 2; ++pid) {
    Tell(bpf::kRecordBind, kUdp, pid, "0.0.0.0:5353", "0.0.0.0:0",
         {.pid = pid, .role = bpf::kRoleCreate});
  }
  EXPECT_EQ(Find(Protocol::kUdp, "10.0.0.1:5353", "1.2.3.4:5353").reason, NoOwner::kPending);
  const Owner owner = Find(Protocol::kUdp, "10.0.0.1:5353", "1.2.3.4:5353", 5 * kSecond);
  EXPECT_EQ(owner.process, nullptr);
  EXPECT_EQ(owner.reason, NoOwner::kBackendLimit);
  Close(1);
  EXPECT_EQ(Pid(Find(Protocol::kUdp, "10.0.0.1:5353", "1.2.3.4:5353", 5 * kSecond)), 2U);
}

TEST_F(OwnerTablesTest, WorkersOfOneProcessMayShareAPort) {
  for (uint64_t cookie = 1; cookie <= 3; ++cookie) {
    Tell(bpf::kRecordListen, kTcp, cookie, "0.0.0.0:80", "0.0.0.0:0",
         {.pid = 8, .role = bpf::kRoleListen});
  }
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:9")), 8U);
}

TEST_F(OwnerTablesTest, AnEchoHasItsOwnerByTheId) {
  Tell(bpf::kRecordFlow, kIcmp, 1, "10.0.0.1:4660", "1.2.3.4:4660", {.role = bpf::kRoleSend});
  EXPECT_EQ(Pid(Find(Protocol::kIcmp, "10.0.0.1:4660", "1.2.3.4:0")), 100U);
  EXPECT_EQ(Pid(Find(Protocol::kIcmp, "10.0.0.1:4661", "1.2.3.4:0")), 0U);
}

TEST_F(OwnerTablesTest, TheKernelsOwnPacketsAreTheKernels) {
  Tell(bpf::kRecordFlow, kIcmp, 9, "10.0.0.1:1", "1.2.3.4:1", {.pid = 0, .role = bpf::kRoleNone});
  const Owner owner = Find(Protocol::kIcmp, "10.0.0.1:1", "1.2.3.4:1");
  EXPECT_EQ(owner.quality, Quality::kKernel);
  EXPECT_EQ(owner.reason, NoOwner::kKernel);
  EXPECT_EQ(owner.process, nullptr);
  EXPECT_EQ(Find(Protocol::kIcmp, "10.0.0.1:0", "1.2.3.4:0", 5 * kSecond).quality, Quality::kKernel)
      << "an ICMP error has no socket at all";
}

TEST_F(OwnerTablesTest, APingToOurselvesIsItsProcessesAndNotTheKernels) {
  Tell(bpf::kRecordFlow, kIcmp, 1, "127.0.0.1:5", "127.0.0.1:5", {.role = bpf::kRoleSend});
  Tell(bpf::kRecordFlow, kIcmp, 9, "127.0.0.1:5", "127.0.0.1:5",
       {.pid = 0, .role = bpf::kRoleNone});
  EXPECT_EQ(Pid(Find(Protocol::kIcmp, "127.0.0.1:5", "127.0.0.1:5")), 100U);
}

TEST_F(OwnerTablesTest, ASocketWithoutProcessGetsTheOneThatAScanFinds) {
  Tell(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:4000", "1.2.3.4:53",
       {.pid = 0, .role = bpf::kRoleNone});
  EXPECT_EQ(Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53").quality, Quality::kKernel);
  tables_.BeginScan();
  Tell(bpf::kRecordScan, kUdp, 1, "10.0.0.1:4000", "0.0.0.0:0", {.role = bpf::kRoleScan});
  const Owner owner = Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53");
  EXPECT_EQ(Pid(owner), 100U);
  EXPECT_EQ(owner.quality, Quality::kScanned);
}

TEST_F(OwnerTablesTest, AnotherNamespacesTupleIsNotOurs) {
  Tell(bpf::kRecordConnect, kTcp, 1, "127.0.0.1:4000", "127.0.0.1:80", {.pid = 1}, 8);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "127.0.0.1:4000", "127.0.0.1:80", 5 * kSecond)), 0U);
  Tell(bpf::kRecordConnect, kTcp, 2, "127.0.0.1:4000", "127.0.0.1:80", {.pid = 2});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "127.0.0.1:4000", "127.0.0.1:80")), 2U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "127.0.0.1:4000", "127.0.0.1:80", 0, 8)), 1U);
}

TEST_F(OwnerTablesTest, TheOneNamespaceThatHasTheTupleAnswersAndTwoDoNot) {
  const char* local = "172.17.0.2:4000";
  const char* remote = "1.2.3.4:80";
  Tell(bpf::kRecordConnect, kTcp, 1, local, remote, {.pid = 1}, 8);
  EXPECT_EQ(Find(Protocol::kTcp, local, remote).reason, NoOwner::kPending)
      << "our own namespace's event may still come";
  Owner owner = Find(Protocol::kTcp, local, remote, kSecond);
  EXPECT_EQ(Pid(owner), 1U);
  EXPECT_EQ(owner.quality, Quality::kNetnsUnique);
  Tell(bpf::kRecordConnect, kTcp, 2, local, remote, {.pid = 2}, 9);
  now_ += 3 * kSecond;
  owner = Find(Protocol::kTcp, local, remote, 3 * kSecond);
  EXPECT_EQ(owner.process, nullptr);
  EXPECT_EQ(owner.reason, NoOwner::kOtherNetns);
}

TEST_F(OwnerTablesTest, SocketsOfBeforeAreScanned) {
  tables_.BeginScan();
  bpf::SocketRecord listener = SocketRecordOf(bpf::kRecordScan, kTcp, 1, "0.0.0.0:22", "0.0.0.0:0",
                                              {.pid = 9, .role = bpf::kRoleScan}, now_);
  listener.header.state = kListenState;
  Feed(listener);
  Tell(bpf::kRecordScan, kTcp, 2, "10.0.0.1:22", "1.2.3.4:999",
       {.pid = 10, .role = bpf::kRoleScan});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:22", "1.2.3.4:999", 5 * kSecond);
  EXPECT_EQ(Pid(owner), 10U);
  EXPECT_EQ(owner.quality, Quality::kScanned);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:22", "5.6.7.8:999")), 9U);
}

TEST_F(OwnerTablesTest, AScanThatLostEventsClosesWhatItDidNotFind) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 1});
  Tell(bpf::kRecordConnect, kTcp, 2, "10.0.0.1:4001", "1.2.3.4:80", {.pid = 2});
  now_ += kSecond;
  const Time began = now_;
  tables_.BeginScan();
  Tell(bpf::kRecordScan, kTcp, 2, "10.0.0.1:4001", "1.2.3.4:80", {.pid = 2});
  tables_.EndScan(began, now_, true);
  now_ += 30 * kSecond;
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", kSecond)), 0U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4001", "1.2.3.4:80", kSecond)), 2U);
  Handoff(1, {.pid = 1, .role = bpf::kRoleUser});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", kSecond)), 1U)
      << "it was open after all: in a queue of accept()";
}

TEST_F(OwnerTablesTest, AScanDoesNotReviveAClosedSocket) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 1});
  now_ += kSecond;
  Close(1);
  tables_.BeginScan();
  Tell(bpf::kRecordScan, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.pid = 1});
  now_ += 30 * kSecond;
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80", kSecond)), 0U);
}

TEST_F(OwnerTablesTest, SocketsThatOutliveAnExecAreTheNewImages) {
  Process(100, "bash", 1);
  Tell(bpf::kRecordListen, kTcp, 1, "0.0.0.0:80", "0.0.0.0:0", {.role = bpf::kRoleListen});
  Process(100, "server", 2);
  Feed(ImageRecordOf(bpf::kRecordExec, 100, 2, now_));
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:9").process->name, "server");
  Tell(bpf::kRecordAccept, kTcp, 2, "10.0.0.1:80", "1.2.3.4:10", {.role = bpf::kRoleListen});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:10").process->name, "server")
      << "the listener's record in the kernel is of the former image";
  tables_.BeginScan();
  Tell(bpf::kRecordScan, kTcp, 2, "10.0.0.1:80", "1.2.3.4:10", {.role = bpf::kRoleListen});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:80", "1.2.3.4:10").process->name, "server")
      << "and a scan repeats it";
}

TEST_F(OwnerTablesTest, AConnectionToAListenerOfBeforeIsInheritedFromIt) {
  Tell(bpf::kRecordAccept, kTcp, 2, "10.0.0.1:22", "1.2.3.4:10",
       {.pid = 9, .role = bpf::kRoleScan});
  EXPECT_EQ(Find(Protocol::kTcp, "10.0.0.1:22", "1.2.3.4:10").quality, Quality::kListenerInherited);
}

TEST_F(OwnerTablesTest, AHandoffStaysOneWhenTheNewOwnerGoesOn) {
  Tell(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:4000", "1.2.3.4:53", {.pid = 1});
  Tell(bpf::kRecordHandoff, kUdp, 1, "0.0.0.0:0", "0.0.0.0:0", {.pid = 2, .role = bpf::kRoleUser});
  Tell(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:4000", "1.2.3.4:54",
       {.pid = 2, .role = bpf::kRoleUser});
  const Owner owner = Find(Protocol::kUdp, "10.0.0.1:4000", "1.2.3.4:53");
  EXPECT_EQ(Pid(owner), 2U);
  EXPECT_EQ(owner.quality, Quality::kHandoff);
}

TEST_F(OwnerTablesTest, AProcessWhoseRecordWasLostIsWhatTheSocketSays) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {.thread = "wget"});
  const Owner owner = Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80");
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->name, "wget");
  EXPECT_EQ(owner.process->executable, "");
  Tell(bpf::kRecordConnect, kTcp, 2, "10.0.0.1:4001", "1.2.3.4:80",
       {.pid = 300, .tid = 301, .thread = "resolver"});
  const Owner threaded = Find(Protocol::kTcp, "10.0.0.1:4001", "1.2.3.4:80");
  EXPECT_EQ(threaded.process->name, "") << "a thread's name is not its process's";
  EXPECT_EQ(threaded.thread_name, "resolver");
}

TEST_F(OwnerTablesTest, ReasonsAreTold) {
  const auto reason = [&](Protocol protocol, Duration age) {
    return Find(protocol, "10.0.0.1:7", "1.2.3.4:8", age).reason;
  };
  EXPECT_EQ(reason(Protocol::kTcp, kSecond), NoOwner::kPending);
  EXPECT_EQ(reason(Protocol::kTcp, 3 * kSecond), NoOwner::kNotLocal);
  EXPECT_EQ(reason(Protocol::kTcp, now_ - kStart), NoOwner::kSocketClosedBeforeStart);
  EXPECT_EQ(reason(Protocol::kArp, 0), NoOwner::kBackendLimit);
  tables_.NoteLost(now_);
  EXPECT_EQ(reason(Protocol::kTcp, 3 * kSecond), NoOwner::kLostEvent);
  now_ += 60 * kSecond;
  EXPECT_EQ(reason(Protocol::kTcp, 3 * kSecond), NoOwner::kNotLocal) << "began after the loss";
}

TEST_F(OwnerTablesTest, ClosedSocketsAreForgottenAndTheirProcesses) {
  Process(100, "curl");
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  Close(1);
  Feed(ImageRecordOf(bpf::kRecordExit, 100, 1, now_));
  const Time closed = now_;
  for (; now_ < closed + 60 * kSecond; now_ += kSecond) tables_.Expire(now_);
  EXPECT_EQ(tables_.sockets().size(), 1U) << "late packets are still counted";
  for (; now_ < closed + 300 * kSecond; now_ += kSecond) tables_.Expire(now_);
  EXPECT_EQ(tables_.sockets().size(), 0U);
  EXPECT_EQ(tables_.sockets().tuples(), 0U);
  EXPECT_EQ(tables_.processes().size(), 0U);
}

TEST_F(OwnerTablesTest, ASocketConnectedAgainHasItsNewTupleAlone) {
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4000", "1.2.3.4:80", {});
  Close(1);
  now_ += 30 * kSecond;
  Tell(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:4001", "1.2.3.4:81", {});
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4001", "1.2.3.4:81")), 100U);
  EXPECT_EQ(Pid(Find(Protocol::kTcp, "10.0.0.1:4000", "1.2.3.4:80")), 0U);
  EXPECT_EQ(tables_.sockets().tuples(), 1U);
}

TEST(AttributionTest, AReplayHasNoOwners) {
  const auto attribution = MakeNoAttribution();
  const Owner owner = attribution->Find(SocketTuple(), 0);
  EXPECT_EQ(owner.quality, Quality::kNone);
  EXPECT_EQ(owner.reason, NoOwner::kReplay);
}

}  // namespace
}  // namespace rustnet
