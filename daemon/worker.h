// SPDX-License-Identifier: Apache-2.0
// A capture worker: one thread that owns its sources, its decoder and its flows.  At each tick it
// hands over what changed by moving a vector; nothing else crosses the thread boundary.  No room is
// kept for the next one: a burst of changes would hold its memory for good.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "common/net/dpi/expectations.h"
#include "daemon/capture/source.h"
#include "daemon/pipeline.h"
#include "daemon/seal/startup.h"

namespace rustnet {

inline constexpr Duration kTick = 100 * kMillisecond;

// What one worker did since it was asked last.
struct WorkerReport {
  std::vector<net::FlowView> changes;
  std::vector<NameAnswer> answers;
  std::vector<net::Expectation> expectations;
};

// Counters of one worker since its start.
struct WorkerCounters {
  net::DecodeCounters decode;
  net::FlowCounters flow;
  uint64_t answers_dropped = 0;
  std::array<Pipeline::HandleCounts, 256> handles{};
};

class Worker {
 public:
  // The token says that this process is sealed: no worker without it.  The sources live as long as
  // the worker.
  Worker(const Sealed& sealed, const net::FlowOptions& options, std::vector<FrameSource*> sources);
  ~Worker();  // stops the thread

  void Start();
  // What changed up to the worker's last tick.
  void Take(WorkerReport* into);
  WorkerCounters counters() const;
  // What the flows of other workers said of flows to come.
  void Learn(std::span<const net::Expectation> expectations);
  // Forgets all flows; what was not taken is forgotten too.  Returns when that has happened.
  void ClearAndWait();

 private:
  void Run();
  void ClearIfAsked();
  void ReadAll();
  void Publish(Time now);

  Pipeline pipeline_;
  std::vector<FrameSource*> sources_;
  std::atomic<bool> stop_{false};
  bool clear_ = false;  // guarded by mutex_
  std::condition_variable cleared_;
  mutable std::mutex mutex_;
  WorkerReport ready_;                    // guarded by mutex_
  std::vector<net::Expectation> learnt_;  // guarded by mutex_
  WorkerCounters published_;              // guarded by mutex_
  std::thread thread_;
};

}  // namespace rustnet
