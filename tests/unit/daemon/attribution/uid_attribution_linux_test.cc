// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/uid_attribution_linux.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/daemon/attribution/make_diag.h"

namespace rustnet {
namespace {

using net::Protocol;

void Learn(UidTable* table, const std::string& datagram, Time now) {
  ReadDiag(AsBytes(datagram), Protocol::kTcp, kSequence,
           [&](const DiagSocket& socket) { table->Learn(socket, now); });
}

TupleKey Key(const Endpoint& local, const Endpoint& remote) {
  return {.local = local.address,
          .remote = remote.address,
          .local_port = local.port,
          .remote_port = remote.port,
          .protocol = Protocol::kTcp};
}

TEST(UidTableTest, ADumpGivesUsersByTupleAndByPort) {
  UidTable table;
  Learn(&table,
        DiagMessage("10.0.0.1:4000", "1.2.3.4:80", {.uid = 1000}) +
            DiagMessage("[::]:22", "[::]:0", {.uid = 0, .cookie = 3}) +
            DiagMessage("[::ffff:10.0.0.1]:4001", "[::ffff:1.2.3.4]:81", {.uid = 1001}),
        1);
  const UidTable::Entry* entry = table.Find(Key("10.0.0.1:4000", "1.2.3.4:80"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->uid, 1000U);
  entry = table.Find(Key("10.0.0.1:4001", "1.2.3.4:81"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->uid, 1001U);
  entry = table.Find(Key("10.0.0.1:22", "5.6.7.8:999"));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->uid, 0U);
  EXPECT_EQ(table.Find(Key("10.0.0.1:23", "5.6.7.8:999")), nullptr);
}

TEST(UidTableTest, SocketsWithoutProcessArePassedOver) {
  UidTable table;
  Learn(&table, DiagMessage("10.0.0.1:2", "1.2.3.4:80", {.uid = 1, .inode = 0}), 1);
  EXPECT_EQ(table.size(), 0U);
}

TEST(UidTableTest, WhatHasNoRoomIsCountedAndWhatIsKnownStaysUpToDate) {
  UidTable table(1);
  Learn(&table, DiagMessage("10.0.0.1:1", "1.2.3.4:80", {.uid = 1, .cookie = 1}), 1);
  Learn(&table, DiagMessage("10.0.0.1:2", "1.2.3.4:80", {.uid = 2, .cookie = 2}), 1);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(table.refused(), 1U);
  Learn(&table, DiagMessage("10.0.0.1:1", "1.2.3.4:80", {.uid = 3, .cookie = 3}), 2);
  EXPECT_EQ(table.refused(), 1U);
  EXPECT_EQ(table.Find(Key("10.0.0.1:1", "1.2.3.4:80"))->uid, 3U);
}

TEST(UidTableTest, OldAnswersAreForgotten) {
  UidTable table;
  Learn(&table, DiagMessage("10.0.0.1:1", "1.2.3.4:80", {.uid = 1}), 0);
  table.Expire(89 * kSecond);
  EXPECT_EQ(table.size(), 1U);
  table.Expire(90 * kSecond);
  EXPECT_EQ(table.size(), 0U);
}

TEST(UidTableTest, ChangedNumbersAreToldOnceAndAfterTheProcessTooButNotOfAnotherSocket) {
  UidTable table;
  std::vector<TcpChange> changes;
  const auto learn = [&](uint64_t acked, uint32_t inode, uint64_t cookie) {
    DiagSocket socket;
    socket.tuple = Key("10.0.0.1:1", "1.2.3.4:80");
    socket.cookie = cookie;
    socket.inode = inode;
    socket.tcp = KernelTcp{.bytes_acked = acked};
    table.Learn(socket, 1);
    changes.clear();
    table.TakeTcpChanges(&changes);
    return changes.size();
  };
  EXPECT_EQ(learn(10, 7, 1), 1U);
  EXPECT_EQ(changes[0].socket, 1U);
  EXPECT_EQ(changes[0].tcp.bytes_acked, 10U);
  EXPECT_EQ(learn(10, 7, 1), 0U);
  EXPECT_EQ(learn(20, 0, 1), 1U) << "closed by its process, still sending";
  EXPECT_EQ(learn(30, 0, 2), 0U) << "another socket, of which nothing is known";
  EXPECT_EQ(learn(30, 7, 2), 1U) << "the tuple is used again";
}

TEST(AttributionTest, WithoutBpfTheReasonIsTold) {
  Handles handles;
  handles.bpf.rung = "UID";
  handles.bpf.refusal = "No BPF today.";
  handles.bpf.refusal_reason = BpfRefusal::kNoBtf;
  const auto attribution = MakeAttribution(handles);
  attribution->Poll(1);
  const std::vector<BackendState> backends = attribution->backends();
  ASSERT_EQ(backends.size(), 2U);
  EXPECT_EQ(backends[0].name, "attribution/L1");
  EXPECT_EQ(backends[0].state, BackendState::State::kFailed);
  EXPECT_EQ(backends[0].reason, BackendState::Reason::kNoBtf);
  EXPECT_EQ(backends[0].text, "No BPF today.");
  EXPECT_EQ(backends[1].name, "attribution/UID");
  EXPECT_EQ(backends[1].state, BackendState::State::kFailed) << "no sock_diag socket";
  EXPECT_EQ(attribution->Find(SocketTuple(), 5 * kSecond).reason, NoOwner::kBackendLimit);
}

}  // namespace
}  // namespace rustnet
