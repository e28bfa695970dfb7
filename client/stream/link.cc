// SPDX-License-Identifier: Apache-2.0
#include "client/stream/link.h"

#include <algorithm>
#include <utility>

#include "client/stream/row.h"
#include "common/base/clock.h"

namespace rustnet::client {
namespace {

constexpr int kFirstPauseMs = 100;
constexpr int kLongestPauseMs = 800;  // with a failing attempt, a try at least every second
constexpr Duration kCatchingUpAfter = 2 * kSecond;
constexpr int kStatisticsMs = 2'000;
constexpr int kInterfacesEvery = 15;  // times kStatisticsMs

}  // namespace

Link::Link(Options options, Mailbox* mailbox)
    : socket_(std::move(options.socket)),
      interval_ms_(options.interval_ms),
      mailbox_(mailbox),
      channel_(OpenChannel(socket_)),
      stub_(v1::MonitorService::NewStub(channel_)),
      inspector_(channel_, mailbox),
      include_historic_(options.include_historic) {
  drain_ = std::thread([this] { Drain(); });
  side_ = std::thread([this] { AskForStatistics(); });
}

Link::~Link() {
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
    if (stream_context_ != nullptr) stream_context_->TryCancel();
    if (side_context_ != nullptr) side_context_->TryCancel();
  }
  drain_.join();
  side_.join();
}

void Link::SetHistoric(bool include) {
  const absl::MutexLock lock(&mutex_);
  if (include_historic_ == include) return;
  include_historic_ = include;
  request_changed_ = now_ = true;
  if (stream_context_ != nullptr) stream_context_->TryCancel();
}

void Link::RetryNow() {
  const absl::MutexLock lock(&mutex_);
  now_ = true;
}

bool Link::Register(grpc::ClientContext** place, grpc::ClientContext* context) {
  const absl::MutexLock lock(&mutex_);
  *place = context;
  return !ending_;
}

void Link::Pause(int milliseconds) {
  const absl::MutexLock lock(&mutex_);
  const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ending_ || now_; };
  mutex_.AwaitWithTimeout(absl::Condition(&due), absl::Milliseconds(milliseconds));
  now_ = false;
}

void Link::ReportLost(const Failure& failure) {
  mailbox_->UpdateLink([&](LinkState* link) {
    if (link->phase != LinkState::Phase::kLost) link->lost_since = MonotonicNow();
    link->phase = LinkState::Phase::kLost;
    link->failure = failure;
  });
}

void Link::Drain() {
  int pause = kFirstPauseMs;
  bool first = true;
  while (true) {
    if (Converse(first)) pause = kFirstPauseMs;
    first = false;
    {
      const absl::MutexLock lock(&mutex_);
      live_ = false;
      if (ending_) return;
      if (std::exchange(request_changed_, false)) {
        now_ = false;
        continue;
      }
    }
    Pause(pause);
    pause = std::min(2 * pause, kLongestPauseMs);
  }
}

bool Link::Converse(bool first) {
  v1::GetServerInfoResponse info;
  {
    grpc::ClientContext context;
    if (!Register(&stream_context_, &context)) return false;
    // After the first attempt the channel may be in its own back-off: let the call wait for it.
    const std::optional<Failure> failure = Greet(stub_.get(), &context, socket_, !first, &info);
    const bool go_on = Register(&stream_context_, nullptr);
    if (!go_on) return false;
    if (failure) {
      ReportLost(*failure);
      return false;
    }
  }
  MakeSafe(&info);

  v1::WatchConnectionsRequest request;
  request.set_columns(true);
  request.set_interval_ms(interval_ms_);
  if (const auto resume = staging_.resume()) *request.mutable_resume() = *resume;
  grpc::ClientContext context;
  {
    const absl::MutexLock lock(&mutex_);
    if (ending_) return false;
    request.set_include_historic(include_historic_);
    stream_context_ = &context;
    live_ = true;
  }
  context.set_wait_for_ready(true);
  const auto reader = stub_->WatchConnections(&context, request);
  start_over_ = false;
  bool any = false;
  v1::WatchConnectionsResponse message;
  while (reader->Read(&message)) {
    if (!std::exchange(any, true)) {
      mailbox_->UpdateLink([&](LinkState* link) {
        link->phase = LinkState::Phase::kLive;
        link->ever_live = true;
        link->info = std::move(info);
        link->last_message = MonotonicNow();
      });
    }
    OnStreamMessage(message, &context);
  }
  const grpc::Status status = reader->Finish();
  bool changed = false;
  {
    const absl::MutexLock lock(&mutex_);
    stream_context_ = nullptr;
    changed = ending_ || request_changed_;
  }
  if (!changed && !start_over_) ReportLost(Diagnose(status, socket_));
  return any;
}

void Link::PublishIfDue(Staging::Result result) {
  const Time now = MonotonicNow();
  if (result == Staging::Result::kWhole) {
    whole_at_ = now;
  } else if (now - whole_at_ < kCatchingUpAfter || whole_at_ == 0) {
    if (whole_at_ == 0) whole_at_ = now;
    return;
  }
  mailbox_->Publish(staging_.Take());
}

void Link::OnStreamMessage(const v1::WatchConnectionsResponse& message,
                           grpc::ClientContext* context) {
  mailbox_->UpdateLink([](LinkState* link) { link->last_message = MonotonicNow(); }, false);
  Staging::Result result = Staging::Result::kMore;
  switch (message.event_case()) {
    case v1::WatchConnectionsResponse::kHello:
      result = staging_.OnHello(message.hello());
      whole_at_ = MonotonicNow();
      break;
    case v1::WatchConnectionsResponse::kDelta:
      result = staging_.OnDelta(message.delta());
      if (result != Staging::Result::kStartOver) PublishIfDue(result);
      break;
    case v1::WatchConnectionsResponse::kSnapshotDone:
      result = staging_.OnSnapshotDone(message.snapshot_done());
      break;
    case v1::WatchConnectionsResponse::kLost: {
      const v1::Lost& lost = message.lost();
      mailbox_->UpdateLink([&](LinkState* link) {
        const auto source = static_cast<size_t>(lost.source());
        if (lost.has_count() && source < link->lost.size()) {
          link->lost[source] += lost.count();
        } else {
          ++link->lost_unknown;
        }
      });
      break;
    }
    case v1::WatchConnectionsResponse::kHeartbeat:
    case v1::WatchConnectionsResponse::EVENT_NOT_SET:
      break;
  }
  if (result == Staging::Result::kStartOver) {
    start_over_ = true;
    mailbox_->UpdateLink([](LinkState* link) { ++link->restarts; });
    context->TryCancel();
  }
}

void Link::AskForStatistics() {
  int round = 0;
  while (true) {
    bool live = false;
    {
      const absl::MutexLock lock(&mutex_);
      const auto ready = [this]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ending_ || live_; };
      mutex_.Await(absl::Condition(&ready));
      if (ending_) return;
      live = live_;
    }
    if (live) {
      v1::GetStatsResponse stats;
      v1::ListInterfacesResponse interfaces;
      bool has_stats = false;
      bool has_interfaces = false;
      {
        grpc::ClientContext context;
        SetDeadline(&context, kCallMs);
        if (Register(&side_context_, &context)) {
          has_stats = stub_->GetStats(&context, v1::GetStatsRequest(), &stats).ok();
        }
        Register(&side_context_, nullptr);
      }
      if (round++ % kInterfacesEvery == 0) {
        grpc::ClientContext context;
        SetDeadline(&context, kCallMs);
        if (Register(&side_context_, &context)) {
          has_interfaces =
              stub_->ListInterfaces(&context, v1::ListInterfacesRequest(), &interfaces).ok();
        }
        Register(&side_context_, nullptr);
        for (v1::Interface& one : *interfaces.mutable_interfaces()) {
          MakeSafe(one.mutable_name());
          MakeSafe(one.mutable_link_type());
        }
      }
      if (has_stats || has_interfaces) {
        mailbox_->PublishSide(has_stats ? stats.mutable_stats() : nullptr,
                              has_interfaces ? &interfaces : nullptr);
      }
    }
    const absl::MutexLock lock(&mutex_);
    const auto over = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ending_; };
    if (mutex_.AwaitWithTimeout(absl::Condition(&over), absl::Milliseconds(kStatisticsMs))) return;
  }
}

}  // namespace rustnet::client
