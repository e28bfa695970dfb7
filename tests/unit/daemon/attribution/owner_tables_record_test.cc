// SPDX-License-Identifier: Apache-2.0
// Records that are cut or garbled; what whole ones teach is in owner_tables_test.cc.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "daemon/attribution/owner_tables.h"
#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {
namespace {

constexpr uint8_t kTcp = 6, kUdp = 17;  // IP protocol numbers
constexpr Time kStart = 1000 * kSecond;

std::vector<std::string> EveryRecord() {
  return {BytesOf(ProcessRecordOf(100, 1, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordConnect, kTcp, 1, "10.0.0.1:1", "1.2.3.4:2", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordAccept, kTcp, 2, "10.0.0.1:1", "1.2.3.4:2", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordListen, kTcp, 3, "[::]:1", "[::]:0", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordBind, kUdp, 4, "0.0.0.0:1", "0.0.0.0:0", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordFlow, kUdp, 5, "10.0.0.1:1", "1.2.3.4:2", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordHandoff, kTcp, 1, "0.0.0.0:0", "0.0.0.0:0", {}, 1)),
          BytesOf(SocketRecordOf(bpf::kRecordScan, kTcp, 6, "10.0.0.1:1", "1.2.3.4:9", {}, 1)),
          BytesOf(CloseRecordOf(1, 2)),
          BytesOf(ImageRecordOf(bpf::kRecordExec, 100, 2, 3)),
          BytesOf(ImageRecordOf(bpf::kRecordExit, 100, 2, 3))};
}

TEST(OwnerTablesRecordTest, EveryPrefixOfARecordIsMalformedAndHarmless) {
  for (const std::string& record : EveryRecord()) {
    OwnerTables tables(kStart);
    for (size_t n = 0; n < record.size(); ++n) {
      const std::string heap = record.substr(0, n);  // its own allocation: ASan sees an overrun
      tables.Consume(AsBytes(heap));
      ASSERT_EQ(tables.malformed(), n + 1) << "type " << int{record[0]} << " cut at " << n;
    }
    EXPECT_EQ(tables.sockets().size(), 0U);
    EXPECT_EQ(tables.processes().size(), 0U);
    tables.Consume(AsBytes(record));
    EXPECT_EQ(tables.malformed(), record.size()) << "the whole is not";
  }
}

// Whatever bytes come, in whatever order: nothing breaks, and what is held stays bounded.
TEST(OwnerTablesRecordTest, AnyBytesAreHarmless) {
  std::mt19937 rng(1);
  OwnerTables tables(kStart, {.sockets = 64, .closed_sockets = 16, .kernel_sockets = 8});
  const std::vector<std::string> records = EveryRecord();
  for (int step = 0; step < 50'000; ++step) {
    std::string record = records[rng() % records.size()];
    for (auto i = rng() % 6; i > 0; --i) {
      record[rng() % record.size()] = static_cast<char>(rng());
    }
    record.resize(rng() % 4 == 0 ? rng() % (record.size() + 1) : record.size());
    tables.Consume(AsBytes(record));
    if (step % 64 == 0) {
      tables.BeginScan();
      tables.EndScan(step, step, rng() % 2 == 0);
      tables.Expire(static_cast<Time>(step) * kSecond);
    }
    tables.Find({.protocol = static_cast<net::Protocol>(rng() % 13),
                 .local = IpAddress::V4(0x0a000001),
                 .remote = IpAddress::V4(0x01020304),
                 .local_port = 1,
                 .remote_port = static_cast<uint16_t>(rng() % 10),
                 .netns = kNetns},
                rng() % 5 * kSecond, static_cast<Time>(rng()));
    ASSERT_LE(tables.sockets().size(), 64U);
  }
  EXPECT_GT(tables.malformed(), 0U);
}

}  // namespace
}  // namespace rustnet
