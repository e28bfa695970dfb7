// SPDX-License-Identifier: Apache-2.0
// What is known of rows' sockets: the kernel's numbers, how many have an owner.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/unit/daemon/table/table_harness.h"

namespace rustnet {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

class KernelTcpTest : public ConnectionTableTest {
 protected:
  static constexpr uint64_t kSocket = 9;

  // The row of one connection, whose socket is known; `flow_` is what its packets show.
  KernelTcpTest() {
    flow_.metrics.smoothed_rtt_us = 900;
    flow_.counters[0].payload_bytes = 200;
    flow_.counters[1].payload_bytes = 4000;
    answers_.Own("10.0.0.1", 40000, 77, 1000);
    answers_.owners.begin()->second.socket = kSocket;
    Tick({flow_});
  }
  void Tell(const KernelTcp& tcp, std::vector<net::FlowView> flows = {}) {
    answers_.tcp_changes = {{kSocket, tcp}};
    Tick(std::move(flows));
  }
  Revision Now() { return (*table_.Subscribe({}, 1, {}))->Begin({}).revision; }

  net::FlowView flow_ = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443);
};

TEST_F(KernelTcpTest, TheKernelsRoundTripIsPreferredAndBothAreKept) {
  EXPECT_EQ(Only().rtt_us, 900U);
  EXPECT_EQ(Only().rtt_source, model::RttSource::kPackets);
  EXPECT_FALSE(Only().tcp->kernel.has_value());
  Tell({.bytes_acked = 201, .bytes_received = 4000, .smoothed_rtt_us = 850});
  flow_.metrics.smoothed_rtt_us = 910;
  Tick({flow_});
  const model::Connection row = Only();
  EXPECT_EQ(row.rtt_us, 850U);
  EXPECT_EQ(row.rtt_source, model::RttSource::kKernel);
  EXPECT_EQ(row.tcp->smoothed_rtt_us, 910U);
  EXPECT_EQ(row.tcp->payload_sent, 200U);
  EXPECT_EQ(row.tcp->payload_received, 4000U);
  ASSERT_TRUE(row.tcp->kernel.has_value());
  EXPECT_EQ(row.tcp->kernel->bytes_acked, 201U);
  EXPECT_EQ(row.tcp->kernel->smoothed_rtt_us, 850U);
  EXPECT_FALSE(row.tcp->kernel->rtt_variance_us.has_value());
}

TEST_F(KernelTcpTest, WithoutAnEstimateThePacketsStayTheSource) {
  Tell({.bytes_acked = 1});
  EXPECT_EQ(Only().rtt_us, 900U);
  EXPECT_EQ(Only().rtt_source, model::RttSource::kPackets);
  EXPECT_EQ(Only().tcp->kernel->bytes_acked, 1U);
}

TEST_F(KernelTcpTest, ARowAtRestIsNotPublished) {
  Tell({.smoothed_rtt_us = 850});
  const Revision before = Now();
  for (int i = 0; i < 50; ++i) Tick({});
  EXPECT_EQ(Now(), before);
  answers_.tcp_changes = {{kSocket + 1, {.smoothed_rtt_us = 1}}};  // nobody's
  Tick({});
  EXPECT_EQ(Now(), before);
  Tell({.bytes_acked = 5, .smoothed_rtt_us = 850});
  EXPECT_EQ(Now(), before + 1);
}

TEST_F(KernelTcpTest, AClosedRowKeepsTheLastNumbers) {
  flow_.ended = true;
  Tell({.bytes_acked = 300, .smoothed_rtt_us = 850}, {flow_});
  EXPECT_TRUE(Only().historic);
  Tell({.bytes_acked = 302, .smoothed_rtt_us = 840, .final = true});
  EXPECT_TRUE(Only().historic);
  EXPECT_EQ(Only().rtt_us, 840U);
  EXPECT_TRUE(Only().tcp->kernel->final);
  EXPECT_EQ(Only().tcp->kernel->bytes_acked, 302U);
  Tell({.bytes_acked = 1, .smoothed_rtt_us = 1});  // the socket connected anew
  EXPECT_EQ(Only().tcp->kernel->bytes_acked, 302U);
}

TEST_F(KernelTcpTest, ARowThatIsGoneIsNotWrittenTo) {
  flow_.ended = true;
  Tick({flow_});
  Tick({}, 700 * kSecond);
  EXPECT_THAT(List(), IsEmpty());
  Tell({.bytes_acked = 300});
  EXPECT_THAT(List(), IsEmpty());
  Tick({Flow(2, "10.0.0.1", 40001, "198.51.100.7", 443)});  // in the same place
  Tell({.bytes_acked = 300});
  EXPECT_FALSE(Only().tcp->kernel.has_value());
}

// A SYN has its listener before the connection has a socket of its own.
TEST_F(ConnectionTableTest, AnAcceptedSocketIsJoinedWhenItIsThere) {
  answers_.Own("10.0.0.1", 443, 77, 1000);
  Owner& owner = answers_.owners.begin()->second;
  owner.quality = Quality::kListenerInherited;
  Tick({Flow(1, "198.51.100.7", 40000, "10.0.0.1", 443)});
  Tick({});
  EXPECT_FALSE(Only().tcp->kernel.has_value());
  owner.quality = Quality::kExact;
  owner.socket = 5;
  owner.tcp = KernelTcp{.bytes_acked = 4};
  Tick({});
  EXPECT_EQ(Only().process.quality, model::Quality::kExact);
  EXPECT_EQ(Only().tcp->kernel->bytes_acked, 4U);
  answers_.tcp_changes = {{5, {.bytes_acked = 6}}};
  Tick({});
  EXPECT_EQ(Only().tcp->kernel->bytes_acked, 6U);
}

TEST_F(ConnectionTableTest, PlaceAndCreatorAreShown) {
  answers_.Own("10.0.0.1", 40000, 77, 1000);
  auto process = std::make_shared<ProcessInfo>();
  process->pid = 77;
  process->place = {"docker-1.scope", "1", "docker", "pod"};
  auto creator = std::make_shared<ProcessInfo>();
  creator->pid = 1;
  creator->name = "systemd";
  answers_.owners.begin()->second.process = process;
  answers_.owners.begin()->second.creator = creator;
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443)});
  const model::Process& shown = Only().process;
  EXPECT_EQ(shown.unit, "docker-1.scope");
  EXPECT_EQ(shown.container_id, "1");
  EXPECT_EQ(shown.container_runtime, "docker");
  EXPECT_EQ(shown.pod_uid, "pod");
  ASSERT_TRUE(shown.creator.has_value());
  EXPECT_EQ(shown.creator->name, "systemd");
  EXPECT_THAT(List({}, true, "unit:docker-1 container:1"), SizeIs(1));
  EXPECT_THAT(List({}, true, "unit:nginx"), IsEmpty());
}

TEST_F(ConnectionTableTest, WhatIsAttributedIsCountedByEnd) {
  answers_.Own("10.0.0.1", 40000, 77, 1000);
  answers_.Own("127.0.0.1", 40000, 77, 1000);
  Tick({Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443),
        Flow(2, "127.0.0.1", 40000, "127.0.0.1", 80),
        Flow(3, "192.0.2.1", 40000, "198.51.100.7", 443)});
  CompletenessReport report = table_.AttributedLastMinute();
  EXPECT_EQ(report.attributed, 2U);
  EXPECT_EQ(report.pending, 1U) << "the server's end of the loopback connection";
  EXPECT_EQ(report.not_local, 1U);
  answers_.Own("127.0.0.1", 80, 78, 1000);
  Tick({});
  report = table_.AttributedSinceStart();
  EXPECT_EQ(report.attributed, 3U);
  EXPECT_EQ(report.pending, 0U);
  EXPECT_EQ(report.unknown, 0U);
  EXPECT_LE(*report.p50, 113 * kMillisecond);
  EXPECT_GE(*report.p99, 200 * kMillisecond);
  table_.Reset();
  EXPECT_EQ(table_.AttributedSinceStart().local(), 0U);
}

}  // namespace
}  // namespace rustnet
