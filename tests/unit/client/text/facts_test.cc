// SPDX-License-Identifier: Apache-2.0
#include "client/text/facts.h"

#include <gtest/gtest.h>

namespace rustnet::client {
namespace {

std::string Row(const std::vector<TwoSided>& table, std::string_view label) {
  for (const TwoSided& row : table) {
    if (row.label == label) return row.packets + " | " + row.kernel + " | " + row.difference;
  }
  return "absent";
}

TEST(FactsTest, WhatPacketsShowStandsBesideWhatTheKernelSays) {
  model::TcpMetrics tcp;
  tcp.smoothed_rtt_us = 900;
  tcp.handshake_rtt_us = 1'500;
  tcp.retransmissions = 3;
  tcp.payload_sent = 1'000;
  tcp.payload_received = 5'000;
  model::KernelTcp kernel;
  kernel.smoothed_rtt_us = 1'000;
  kernel.retransmissions = 2;
  kernel.bytes_sent = 1'000;
  kernel.bytes_received = 6'500;
  kernel.mss = 1'448;
  tcp.kernel = kernel;
  const std::vector<TwoSided> table = TransportTable(tcp);
  EXPECT_EQ(Row(table, "RTT"), "900us | 1.0ms | -100us");
  EXPECT_EQ(Row(table, "Retransmits"), "3 | 2 | +1");
  EXPECT_EQ(Row(table, "Sent"), "1 000 | 1 000 | 0");
  EXPECT_EQ(Row(table, "Received"), "5 000 | 6 500 | -1 500");
  EXPECT_EQ(Row(table, "Handshake"), "1.5ms | - | -");
  EXPECT_EQ(Row(table, "MSS"), "- | 1 448 bytes | -");
  EXPECT_EQ(Row(table, "Minimum RTT"), "absent");
}

TEST(FactsTest, TimesAreAsPreciseAsTheyAreKnown) {
  EXPECT_EQ(PreciseRtt(79), "79us");
  EXPECT_EQ(PreciseRtt(1'250), "1.2ms");
  EXPECT_EQ(PreciseRtt(30'500), "30.5ms");
  EXPECT_EQ(PreciseRtt(153'000), "153ms");
}

TEST(FactsTest, TheKernelCountsTheFin) {
  model::TcpMetrics tcp;
  tcp.payload_received = 5'000;
  tcp.kernel = model::KernelTcp();
  tcp.kernel->bytes_received = 5'001;
  EXPECT_EQ(Row(TransportTable(tcp), "Received"), "5 000 | 5 001 | -1 (FIN)");
}

TEST(FactsTest, WithoutTheKernelPacketsStandAlone) {
  model::TcpMetrics tcp;
  tcp.retransmissions = 3;
  const std::vector<TwoSided> table = TransportTable(tcp);
  EXPECT_EQ(Row(table, "RTT"), "absent");
  EXPECT_EQ(Row(table, "Retransmits"), "3 | - | -");
  EXPECT_EQ(Row(table, "Acknowledged"), "absent");
}

TEST(FactsTest, EveryQualityAndReasonHasAMeaning) {
  for (int i = 1; i <= static_cast<int>(model::Quality::kNetnsUnique); ++i) {
    const auto quality = static_cast<model::Quality>(i);
    EXPECT_EQ(Meaning(quality).empty(), quality == model::Quality::kNone) << i;
  }
  for (int i = 1; i <= static_cast<int>(model::NoOwner::kReplay); ++i) {
    EXPECT_FALSE(Meaning(static_cast<model::NoOwner>(i)).empty()) << i;
  }
}

TEST(FactsTest, ProcessesInWords) {
  model::Process process;
  EXPECT_EQ(TreeText(process), "");
  EXPECT_EQ(ContainerText(process, true), "");
  process.name = "bash";
  process.parents = {{80, 0, 0, "sshd", ""}, {1, 0, 0, "systemd", "/sbin/init"}};
  EXPECT_EQ(TreeText(process), "systemd (1) > sshd (80) > bash");
  EXPECT_EQ(RefText(process.parents[1]), "systemd (1) /sbin/init");
  EXPECT_EQ(RefText(process.parents[0]), "sshd (80)");
  process.container_id = "4f1c9d0b7a2e6655";
  EXPECT_EQ(ContainerText(process, false), "4f1c9d0b7a2e");
  process.container_runtime = "docker";
  EXPECT_EQ(ContainerText(process, true), "4f1c9d0b7a2e6655 (docker)");
}

TEST(FactsTest, CapabilitiesByName) {
  EXPECT_EQ(CapabilitiesText(0), "none");
  EXPECT_EQ(CapabilitiesText(1U << 13 | 1U << 10), "net_bind_service, net_raw");
  EXPECT_EQ(CapabilitiesText((uint64_t{1} << 41) - 1), "all");
  EXPECT_EQ(CapabilitiesText((uint64_t{1} << 41) - 1 - (1U << 16)), "all but sys_module");
  EXPECT_EQ(CapabilitiesText(uint64_t{1} << 50), "bit 50");
}

}  // namespace
}  // namespace rustnet::client
