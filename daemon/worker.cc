// SPDX-License-Identifier: Apache-2.0
#include "daemon/worker.h"

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "common/base/clock.h"

namespace rustnet {
namespace {

constexpr size_t kFramesPerRead = 4096;

}  // namespace

Worker::Worker(const Sealed&, const net::FlowOptions& options, std::vector<FrameSource*> sources)
    : pipeline_(options), sources_(std::move(sources)) {}

Worker::~Worker() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Worker::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Worker::Run() {
  pthread_setname_np(pthread_self(), "capture");
  std::vector<pollfd> polled;
  Time next_tick = MonotonicNow() + kTick;
  while (!stop_) {
    polled.clear();
    for (const FrameSource* source : sources_) {
      if (source->fd() >= 0) polled.push_back({source->fd(), POLLIN, 0});
    }
    const Duration left = std::clamp<Duration>(next_tick - MonotonicNow(), 0, kTick);
    poll(polled.data(), polled.size(), static_cast<int>((left + kMillisecond - 1) / kMillisecond));
    ClearIfAsked();
    ReadAll();
    if (MonotonicNow() < next_tick) continue;
    next_tick = MonotonicNow() + kTick;
    Publish(WallNow());
  }
}

void Worker::ReadAll() {
  for (FrameSource* source : sources_) {
    source->Read(kFramesPerRead,
                 [this](std::span<const net::Frame> frames) { pipeline_.Add(frames); });
  }
}

void Worker::Publish(Time now) {
  // A frame may carry a time a little ahead of the clock that was read; time must not go back.
  now = std::max(now, pipeline_.newest());
  pipeline_.flows().Advance(now);
  std::vector<net::FlowView> changes;
  pipeline_.flows().TakeChanges(now, &changes);
  std::vector<NameAnswer> answers = pipeline_.TakeAnswers();
  std::vector<net::Expectation> expectations = pipeline_.flows().expectations()->TakeFresh();
  const std::lock_guard lock(mutex_);
  for (const net::Expectation& e : std::exchange(learnt_, {})) {
    pipeline_.flows().expectations()->Learn(e);
  }
  ready_.expectations.insert(ready_.expectations.end(), expectations.begin(), expectations.end());
  if (ready_.changes.empty()) {
    ready_.changes = std::move(changes);
  } else {
    ready_.changes.insert(ready_.changes.end(), std::make_move_iterator(changes.begin()),
                          std::make_move_iterator(changes.end()));
  }
  ready_.answers.insert(ready_.answers.end(), std::make_move_iterator(answers.begin()),
                        std::make_move_iterator(answers.end()));
  published_.decode = pipeline_.decode_counters();
  published_.flow = pipeline_.flows().counters();
  published_.answers_dropped = pipeline_.answers_dropped();
  for (size_t handle = 0; handle < published_.handles.size(); ++handle) {
    published_.handles[handle] = pipeline_.counts(static_cast<uint8_t>(handle));
  }
}

void Worker::Take(WorkerReport* into) {
  const std::lock_guard lock(mutex_);
  *into = std::exchange(ready_, {});
}

void Worker::Learn(std::span<const net::Expectation> expectations) {
  const std::lock_guard lock(mutex_);
  learnt_.insert(learnt_.end(), expectations.begin(), expectations.end());
}

WorkerCounters Worker::counters() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

void Worker::ClearIfAsked() {
  const std::lock_guard lock(mutex_);
  if (!clear_) return;
  pipeline_.flows().Clear();
  ready_ = {};
  clear_ = false;
  cleared_.notify_all();
}

void Worker::ClearAndWait() {
  std::unique_lock lock(mutex_);
  clear_ = true;
  cleared_.wait(lock, [this] { return !clear_ || stop_; });
}

}  // namespace rustnet
