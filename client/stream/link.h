// SPDX-License-Identifier: Apache-2.0
// The threads that keep in touch with a rustnetd: one drains WatchConnections, always, and never
// waits for the user interface; one asks for statistics every two seconds; one for the detail of
// the connection that is looked at.  A stream that ends is
// taken up again from its last whole state, within a second of the daemon's return.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/stream/channel.h"
#include "client/stream/inspector.h"
#include "client/stream/mailbox.h"
#include "client/stream/staging.h"

namespace rustnet::client {

class Link {
 public:
  struct Options {
    std::string socket;
    uint32_t interval_ms = 500;
    bool include_historic = false;
  };

  // `mailbox` must outlive this.
  Link(Options options, Mailbox* mailbox);
  ~Link();  // ends the calls and the threads, within milliseconds
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void SetHistoric(bool include) ABSL_LOCKS_EXCLUDED(mutex_);
  // Ends the wait between two attempts.
  void RetryNow() ABSL_LOCKS_EXCLUDED(mutex_);
  // The connection whose detail is wanted in the mailbox, or none.
  void Inspect(std::optional<uint64_t> id) { inspector_.Look(id); }

 private:
  void Drain();
  void AskForStatistics();
  // One connection's life; false if it never came to a stream.
  bool Converse(bool first);
  void OnStreamMessage(const v1::WatchConnectionsResponse& message, grpc::ClientContext* context);
  void PublishIfDue(Staging::Result result);
  void ReportLost(const Failure& failure);
  // Waits that long, or until asked to try now or to end.
  void Pause(int milliseconds) ABSL_LOCKS_EXCLUDED(mutex_);
  // The context of the call under way, so that it can be cancelled; null between calls.  False:
  // this is ending, do not begin.
  bool Register(grpc::ClientContext** place, grpc::ClientContext* context)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string socket_;
  const uint32_t interval_ms_;
  Mailbox* const mailbox_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::MonitorService::Stub> stub_;
  Inspector inspector_;

  Staging staging_;          // of the drain thread, as the two below
  Time whole_at_ = 0;        // MonotonicNow of the last whole state
  bool start_over_ = false;  // this stream was of no use

  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool now_ ABSL_GUARDED_BY(mutex_) = false;
  bool include_historic_ ABSL_GUARDED_BY(mutex_);
  bool request_changed_ ABSL_GUARDED_BY(mutex_) = false;
  bool live_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* stream_context_ ABSL_GUARDED_BY(mutex_) = nullptr;
  grpc::ClientContext* side_context_ ABSL_GUARDED_BY(mutex_) = nullptr;

  std::thread drain_;
  std::thread side_;
};

}  // namespace rustnet::client
