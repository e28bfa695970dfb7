// SPDX-License-Identifier: Apache-2.0
// Where the threads that talk to rustnetd leave what the user interface has to know.  Nobody waits
// here: batches merge (so the box is bounded by the table), states overwrite.  A descriptor becomes
// readable when there is something new, for poll().
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/stream/batch.h"
#include "client/stream/failure.h"
#include "common/base/time.h"
#include "common/base/unique_fd.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

struct LinkState {
  enum class Phase : uint8_t { kConnecting, kLive, kLost };
  Phase phase = Phase::kConnecting;
  Failure failure;      // kLost
  Time lost_since = 0;  // MonotonicNow of the first failure in a row
  bool ever_live = false;
  v1::GetServerInfoResponse info;                           // of the last daemon that answered
  Time last_message = 0;                                    // MonotonicNow
  std::array<uint64_t, v1::Lost::Source_ARRAYSIZE> lost{};  // counts by source, since the start
  uint64_t lost_unknown = 0;                                // notices of losses without a count
  uint64_t restarts = 0;  // snapshots after a stream that was of no use
};

// What is asked for now and then beside the stream.
struct SideState {
  bool valid = false;
  v1::Stats stats;
  v1::Stats before;  // the one before, for rates
  v1::ListInterfacesResponse interfaces;
};

// One connection with all that the daemon knows of it.
struct Detail {
  std::optional<uint64_t> id;                    // that was asked for; none: none yet
  std::shared_ptr<const model::Connection> row;  // as of the last answer; null: none came
  std::vector<uint64_t> down;                    // bytes per second, of the last seconds
  std::vector<uint64_t> up;
  Time answered = 0;  // MonotonicNow of that answer
  bool gone = false;  // the daemon does not have it any more
};

class Mailbox {
 public:
  Mailbox();

  int wake_fd() const { return read_end_.get(); }

  void Publish(Batch batch);
  // Calls `change` with the state, under the lock.  `wake` false: nobody needs to look now.
  template <typename Change>
  void UpdateLink(const Change& change, bool wake = true) {
    const absl::MutexLock lock(&mutex_);
    change(&link_);
    if (wake) Wake();
  }
  void PublishSide(const v1::Stats* stats, const v1::ListInterfacesResponse* interfaces);

  void PublishDetail(Detail detail);
  // Keeps what the last answer for `id` said.
  void DetailIsGone(uint64_t id);

  // Empties the wake descriptor.
  void ClearWake();
  // False if there is nothing.
  bool TakeBatch(Batch* batch);
  // How many changes a TakeBatch would give.
  size_t waiting() const;
  LinkState link() const;
  SideState side() const;
  Detail detail() const;
  Time last_message() const;

 private:
  void Wake() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  Batch batch_ ABSL_GUARDED_BY(mutex_);
  bool has_batch_ ABSL_GUARDED_BY(mutex_) = false;
  LinkState link_ ABSL_GUARDED_BY(mutex_);
  SideState side_ ABSL_GUARDED_BY(mutex_);
  Detail detail_ ABSL_GUARDED_BY(mutex_);
  bool awake_ ABSL_GUARDED_BY(mutex_) = false;
  UniqueFd read_end_;
  UniqueFd write_end_;
};

}  // namespace rustnet::client
