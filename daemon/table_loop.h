// SPDX-License-Identifier: Apache-2.0
// The table's thread: each tick it takes what the workers changed, what the kernel told of sockets
// and interfaces, and brings the table of connections up to date.  Everything that the API tells of
// the live daemon is asked here.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/net/names/passive_dns.h"
#include "daemon/attribution/attribution.h"
#include "daemon/capture/live_capture.h"
#include "daemon/nat/nat.h"
#include "daemon/rpc/server.h"
#include "daemon/self_cost.h"
#include "daemon/table/connection_table.h"
#include "daemon/worker.h"

namespace rustnet {

class TableLoop {
 public:
  // All outlive the loop.
  TableLoop(LiveCapture* capture, Attribution* attribution, Nat* nat, ConnectionTable* table,
            std::vector<std::unique_ptr<Worker>>* workers);
  ~TableLoop();  // stops the thread

  void Start();

  // For any thread.
  std::vector<BackendState> backends() const;
  void FillLosses(v1::LossLedger* out) const;
  void FillInterfaces(v1::ListInterfacesResponse* out) const;
  AttributionCounters attribution_counters() const;
  // Forgets all flows and rows; Unavailable if that did not happen within 5 s.
  Status Reset();

 private:
  void Run();
  std::vector<BackendState> BackendsNow() const;
  void Tick(Time now, Time monotonic);
  void FollowInterfaces();
  void DoReset();
  std::vector<WorkerCounters> WorkerCountersNow() const;

  LiveCapture* capture_;
  Attribution* attribution_;
  Nat* nat_;
  ConnectionTable* table_;
  std::vector<std::unique_ptr<Worker>>* workers_;
  net::PassiveDns names_;
  std::shared_ptr<const InterfaceList> seen_interfaces_;
  Time next_trim_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable reset_done_;
  // Guarded by mutex_.
  bool stop_ = false;
  uint64_t resets_wanted_ = 0;
  uint64_t resets_done_ = 0;
  std::vector<BackendState> backends_;
  AttributionCounters attribution_counters_;
  NatCounters nat_counters_;
  uint64_t names_evicted_ = 0;

  std::thread thread_;
};

}  // namespace rustnet
