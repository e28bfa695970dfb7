// SPDX-License-Identifier: Apache-2.0
#include "daemon/report.h"

#include <gtest/gtest.h>

#include <array>

namespace rustnet {
namespace {

// What is counted anywhere is seen in the ledger, of all workers together.
TEST(ReportTest, EveryLossIsInTheLedger) {
  std::array<WorkerCounters, 2> workers;
  for (WorkerCounters& worker : workers) {
    worker.decode.fragments_dropped = 1;
    worker.decode.datagrams_incomplete = 2;
    worker.decode.tunnels_unread = 3;
    worker.flow.flows_evicted = 10;
    worker.flow.ends_unreported = 1;
    worker.flow.prefix_bytes_dropped = 3;
    worker.flow.facts_dropped = 4;
    worker.flow.dissections_dropped = 5;
    worker.flow.stream_gaps = 6;
    worker.answers_dropped = 7;
  }
  AttributionCounters attribution;
  attribution.ring_dropped = 8;
  attribution.udp_events_capped = 9;
  attribution.malformed = 10;
  attribution.sockets_refused = 100;
  attribution.sockets_forgotten = 20;
  attribution.processes_forgotten = 3;
  NatCounters nat;
  nat.lost = 11;
  nat.forgotten = 12;
  nat.malformed = 13;
  v1::LossLedger ledger;
  Report({}, workers, attribution, nat, 1000, &ledger);
  EXPECT_EQ(ledger.fragments_dropped(), 2u);
  EXPECT_EQ(ledger.datagrams_incomplete(), 4u);
  EXPECT_EQ(ledger.tunnels_unread(), 6u);
  EXPECT_EQ(ledger.flows_evicted(), 22u);
  EXPECT_EQ(ledger.prefix_bytes_dropped(), 6u);
  EXPECT_EQ(ledger.facts_dropped(), 8u);
  EXPECT_EQ(ledger.dissections_dropped(), 10u);
  EXPECT_EQ(ledger.stream_gaps(), 12u);
  EXPECT_EQ(ledger.names_evicted(), 1014u);
  EXPECT_EQ(ledger.bpf_ring_dropped(), 8u);
  EXPECT_EQ(ledger.udp_events_capped(), 9u);
  EXPECT_EQ(ledger.events_malformed(), 23u);
  EXPECT_EQ(ledger.sockets_forgotten(), 123u);
  EXPECT_EQ(ledger.conntrack_losses(), 11u);
  EXPECT_EQ(ledger.translations_forgotten(), 12u);
}

}  // namespace
}  // namespace rustnet
