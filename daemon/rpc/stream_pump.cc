// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/stream_pump.h"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/clock.h"
#include "common/model/convert.h"
#include "daemon/rpc/watch_stream.h"
#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

constexpr Duration kLookEvery = 250 * kMillisecond;

struct LossRow {
  v1::Lost::Source source;
  uint64_t (*count)(const v1::LossLedger&);
};
// Subscriber rows are each stream's own matter.
constexpr LossRow kLosses[] = {
    {v1::Lost::SOURCE_NIC, [](const v1::LossLedger& l) { return l.packets().nic_dropped(); }},
    {v1::Lost::SOURCE_INTERFACE,
     [](const v1::LossLedger& l) { return l.packets().interface_dropped(); }},
    {v1::Lost::SOURCE_KERNEL_RING,
     [](const v1::LossLedger& l) { return l.packets().kernel_ring_dropped(); }},
    {v1::Lost::SOURCE_WORKER, [](const v1::LossLedger& l) { return l.packets().worker_dropped(); }},
    {v1::Lost::SOURCE_FLOW_TABLE, [](const v1::LossLedger& l) { return l.flows_evicted(); }},
    {v1::Lost::SOURCE_PREFIX_BUFFER,
     [](const v1::LossLedger& l) { return l.prefix_bytes_dropped(); }},
    {v1::Lost::SOURCE_BPF_RING, [](const v1::LossLedger& l) { return l.bpf_ring_dropped(); }},
    {v1::Lost::SOURCE_NAMES, [](const v1::LossLedger& l) { return l.names_evicted(); }},
};

}  // namespace

StreamPump::StreamPump(ConnectionTable* table, const PumpLimits& limits,
                       std::function<void(v1::Stats*)> losses)
    : table_(table), limits_(limits), losses_(std::move(losses)) {
  thread_ = std::thread([this] { Run(); });
  table_->OnTick([this] {
    const absl::MutexLock lock(&mutex_);
    ticked_ = true;
  });
}

StreamPump::~StreamPump() { Stop(); }

void StreamPump::Stop() {
  table_->OnTick({});
  {
    const absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

void StreamPump::Add(std::shared_ptr<WatchStream> stream) {
  const absl::MutexLock lock(&mutex_);
  streams_.push_back(std::move(stream));
}

void StreamPump::Remove(const WatchStream* stream) {
  const absl::MutexLock lock(&mutex_);
  std::erase_if(streams_, [stream](const auto& other) { return other.get() == stream; });
}

size_t StreamPump::size() const {
  const absl::MutexLock lock(&mutex_);
  return streams_.size();
}

void StreamPump::Run() {
  pthread_setname_np(pthread_self(), "streams");
  Time next_look = 0;
  Time next_losses = 0;
  while (true) {
    std::vector<std::shared_ptr<WatchStream>> streams;
    {
      const absl::MutexLock lock(&mutex_);
      const auto awake = [this] { return ticked_ || stop_; };
      mutex_.AwaitWithTimeout(absl::Condition(&awake), absl::Nanoseconds(kLookEvery));
      if (stop_) return;
      ticked_ = false;
      streams = streams_;
    }
    const Time now = MonotonicNow();
    for (const auto& stream : streams) stream->Kick(now);
    if (now < next_look) continue;
    next_look = now + kLookEvery;
    CutSlow(streams, now);
    if (now < next_losses || streams.empty()) continue;
    next_losses = now + kSecond;
    TellLosses(streams);
  }
}

void StreamPump::TellLosses(const std::vector<std::shared_ptr<WatchStream>>& streams) {
  if (!losses_) return;
  v1::Stats stats;
  losses_(&stats);
  const uint64_t epoch = table_->epoch();
  if (told_any_ && epoch == told_epoch_) {
    for (const LossRow& row : kLosses) {
      const uint64_t before = row.count(told_);
      const uint64_t after = row.count(stats.losses());
      if (after <= before) continue;
      v1::Lost lost;
      lost.set_source(row.source);
      lost.set_count(after - before);
      const Time wall = WallNow();
      *lost.mutable_first() = model::ToTimestamp(wall - kSecond);
      *lost.mutable_last() = model::ToTimestamp(wall);
      for (const auto& stream : streams) stream->AddLost(lost);
    }
  }
  told_ = stats.losses();
  told_epoch_ = epoch;
  told_any_ = true;
}

void StreamPump::CutSlow(const std::vector<std::shared_ptr<WatchStream>>& streams, Time now) {
  struct Slow {
    Time since;
    size_t bytes;
    WatchStream* stream;
  };
  std::vector<Slow> slow;
  size_t unfinished = 0;
  for (const auto& stream : streams) {
    const Time since = stream->write_since();
    // A write that has only begun is nobody's fault.
    if (since == 0 || now - since < kSecond) continue;
    slow.push_back({since, stream->write_bytes(), stream.get()});
    unfinished += slow.back().bytes;
  }
  std::sort(slow.begin(), slow.end(),
            [](const Slow& a, const Slow& b) { return a.since < b.since; });
  for (const Slow& s : slow) {
    if (now - s.since < limits_.write_stall && unfinished <= limits_.unfinished_bytes) break;
    ++cut_;
    unfinished -= s.bytes;
    s.stream->Cut();
  }
}

}  // namespace rustnet
