// SPDX-License-Identifier: Apache-2.0
// One UDP tuple, one process after another: a row for each, and every packet in one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/unit/daemon/table/table_harness.h"

namespace rustnet {
namespace {

using testing::SizeIs;

class SuccessionTest : public ConnectionTableTest {
 protected:
  SuccessionTest() {
    Count(1, 0);
    answers_.Own("10.0.0.1", 40000, 1, 1000);
    answers_.owners.begin()->second.socket = 11;
  }
  // What the flow has in all.
  void Count(uint64_t sent, uint64_t received) {
    flow_.counters[0] = {.packets = sent, .bytes = 60 * sent};
    flow_.counters[1] = {.packets = received, .bytes = 90 * received};
    flow_.last = now_ + 50 * kMillisecond;
  }
  // In the order of their beginnings.
  std::vector<model::Connection> Rows() {
    std::vector<model::Connection> rows = List();
    std::sort(rows.begin(), rows.end(),
              [](const auto& a, const auto& b) { return a.process.pid < b.process.pid; });
    return rows;
  }

  net::FlowView flow_ = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 53, net::Protocol::kUdp);
};

TEST_F(SuccessionTest, ALaterProcessHasARowOfItsOwn) {
  Tick({flow_});
  Count(1, 1);
  Tick({flow_});
  answers_.Succeed(11, 12, 2, now_ + 20 * kMillisecond);
  Count(3, 2);
  Tick({flow_});
  const std::vector<model::Connection> rows = Rows();
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_EQ(rows[0].process.pid, 1U);
  EXPECT_TRUE(rows[0].historic);
  EXPECT_EQ(rows[0].counters.packets_sent, 1U);
  EXPECT_EQ(rows[0].counters.packets_received, 1U);
  EXPECT_EQ(rows[1].process.pid, 2U);
  EXPECT_FALSE(rows[1].historic);
  EXPECT_EQ(rows[1].counters.packets_sent, 2U);
  EXPECT_EQ(rows[1].counters.bytes_sent, 120U);
  EXPECT_EQ(rows[1].counters.packets_received, 1U);
  // And goes on.
  Count(4, 2);
  flow_.ended = true;
  Tick({flow_});
  EXPECT_EQ(Rows()[1].counters.packets_sent, 3U);
  EXPECT_TRUE(Rows()[1].historic);
}

TEST_F(SuccessionTest, SeveralInOneTickShareWhatItBrings) {
  answers_.Succeed(11, 12, 2, now_ + 20 * kMillisecond);
  answers_.Succeed(12, 13, 3, now_ + 30 * kMillisecond);
  Count(3, 4);
  Tick({flow_});
  const std::vector<model::Connection> rows = Rows();
  ASSERT_THAT(rows, SizeIs(3));
  for (const model::Connection& row : rows) EXPECT_EQ(row.counters.packets_sent, 1U);
  EXPECT_EQ(rows[0].counters.packets_received, 1U);
  EXPECT_EQ(rows[1].counters.packets_received, 1U);
  EXPECT_EQ(rows[2].counters.packets_received, 2U) << "what cannot be divided is the last one's";
  EXPECT_TRUE(rows[0].historic && rows[1].historic);
  EXPECT_FALSE(rows[2].historic);
}

TEST_F(SuccessionTest, WhoHasNotSentYetHasNoRow) {
  Tick({flow_});
  answers_.Succeed(11, 12, 2, now_ + kSecond);
  Count(2, 0);
  Tick({flow_});
  EXPECT_THAT(Rows(), SizeIs(1));
  EXPECT_EQ(Rows()[0].counters.packets_sent, 2U);
}

TEST_F(SuccessionTest, TheSameProcessStaysInItsRow) {
  Tick({flow_});
  answers_.Succeed(11, 12, 1, now_);
  answers_.Succeed(12, 13, 2, now_ + 20 * kMillisecond);
  answers_.Succeed(13, 14, 2, now_ + 25 * kMillisecond);
  answers_.successors[11].owner.process = answers_.owners.begin()->second.process;
  answers_.successors[13].owner.process = answers_.successors[12].owner.process;
  Count(5, 0);
  Tick({flow_});
  ASSERT_THAT(Rows(), SizeIs(2));
  EXPECT_EQ(Rows()[1].process.pid, 2U);
  answers_.Succeed(14, 15, 3, now_);
  Count(6, 0);
  Tick({flow_});
  EXPECT_THAT(Rows(), SizeIs(3)) << "the newest of its sockets is followed";
}

}  // namespace
}  // namespace rustnet
