// SPDX-License-Identifier: Apache-2.0
// Wakes the streams: after each tick those that are due, at times those that are silent, and ends
// those whose client does not read.  One thread for all of them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/base/time.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet {

class ConnectionTable;
class WatchStream;

struct PumpLimits {
  Duration heartbeat = Duration{4} * kSecond;
  Duration write_stall = Duration{30} * kSecond;
  size_t unfinished_bytes = 16 * 1024 * 1024;  // of all streams together
};

class StreamPump {
 public:
  // `losses`: the daemon's, monotonic; asked for once a second while there are streams.
  StreamPump(ConnectionTable* table, const PumpLimits& limits,
             std::function<void(v1::Stats*)> losses);
  ~StreamPump();

  void Add(std::shared_ptr<WatchStream> stream);
  void Remove(const WatchStream* stream);
  size_t size() const;
  uint64_t cut() const { return cut_; }
  const PumpLimits& limits() const { return limits_; }
  // No more wake-ups; streams end by the shutdown of their server.
  void Stop();

 private:
  void Run();
  void TellLosses(const std::vector<std::shared_ptr<WatchStream>>& streams);
  void CutSlow(const std::vector<std::shared_ptr<WatchStream>>& streams, Time now);

  ConnectionTable* const table_;
  const PumpLimits limits_;
  const std::function<void(v1::Stats*)> losses_;
  mutable absl::Mutex mutex_;
  std::vector<std::shared_ptr<WatchStream>> streams_;  // guarded by mutex_
  bool ticked_ = false;                                // guarded by mutex_
  bool stop_ = false;                                  // guarded by mutex_
  v1::LossLedger told_;
  bool told_any_ = false;
  uint64_t told_epoch_ = 0;
  std::atomic<uint64_t> cut_{0};
  std::thread thread_;
};

}  // namespace rustnet
