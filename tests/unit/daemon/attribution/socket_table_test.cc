// SPDX-License-Identifier: Apache-2.0
// The bounds of the table; what it answers is in owner_tables_test.cc.
#include "daemon/attribution/socket_table.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {
namespace {

using net::Protocol;

constexpr uint8_t kIcmp = 1, kTcp = 6, kUdp = 17;  // IP protocol numbers

TEST(SocketTableTest, RoomIsMadeByClosedSocketsAndOpenOnesAreRefused) {
  ProcessTable processes;
  SocketTable table(&processes, {.sockets = 2});
  const auto connect = [&](uint64_t cookie) {
    table.Apply(SocketRecordOf(bpf::kRecordConnect, kTcp, cookie,
                               Endpoint("10.0.0.1:" + std::to_string(cookie)), "1.2.3.4:80", {},
                               static_cast<Time>(cookie)));
  };
  connect(1);
  connect(2);
  connect(3);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.refused(), 1U);
  table.Apply(CloseRecordOf(1, 10));
  connect(4);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.refused(), 1U);
}

TEST(SocketTableTest, ASocketWithManyPeersKeepsTheNewest) {
  ProcessTable processes;
  SocketTable table(&processes, {.tuples_per_socket = 4});
  for (int i = 1; i <= 100; ++i) {
    table.Apply(SocketRecordOf(bpf::kRecordFlow, kUdp, 1, "10.0.0.1:53",
                               Endpoint("1.2.3.4:" + std::to_string(i)), {.role = bpf::kRoleSend},
                               i));
  }
  EXPECT_EQ(table.tuples(), 4U);
  const TupleKey old = {.local = IpAddress::V4(0x0a000001),
                        .remote = IpAddress::V4(0x01020304),
                        .local_port = 53,
                        .remote_port = 1,
                        .protocol = Protocol::kUdp};
  const SocketTable::Match match = table.Find(old, kNetns, 50);
  EXPECT_NE(match.socket, nullptr) << "by its port";
  EXPECT_TRUE(match.by_port);
}

TEST(SocketTableTest, SocketsOfTheKernelAreBounded) {
  ProcessTable processes;
  SocketTable table(&processes, {.kernel_sockets = 10});
  for (uint64_t cookie = 1; cookie <= 1000; ++cookie) {
    table.Apply(SocketRecordOf(bpf::kRecordFlow, kIcmp, cookie, "10.0.0.1:1", "1.2.3.4:1",
                               {.pid = 0, .role = bpf::kRoleNone}, 1));
  }
  EXPECT_EQ(table.size(), 10U);
  EXPECT_EQ(table.tuples(), 10U);
}

}  // namespace
}  // namespace rustnet
