// SPDX-License-Identifier: Apache-2.0
// Asks for all detail of one connection, once a second for as long as somebody looks at it, and
// leaves the answer in the mailbox.  The stream carries rows alone: detail is large and seldom
// looked at.
#pragma once

#include <grpcpp/channel.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/stream/mailbox.h"
#include "rustnet/v1/monitor.grpc.pb.h"

namespace rustnet::client {

class Inspector {
 public:
  // `mailbox` must outlive this.
  Inspector(const std::shared_ptr<grpc::Channel>& channel, Mailbox* mailbox);
  ~Inspector();  // ends the call and the thread, within milliseconds
  Inspector(const Inspector&) = delete;
  Inspector& operator=(const Inspector&) = delete;

  // From now on this connection, asked for at once; none: nothing is asked.
  void Look(std::optional<uint64_t> id) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run();
  void Ask(uint64_t id) ABSL_LOCKS_EXCLUDED(mutex_);

  Mailbox* const mailbox_;
  std::unique_ptr<v1::MonitorService::Stub> stub_;

  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<uint64_t> id_ ABSL_GUARDED_BY(mutex_);
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;  // of the call under way

  std::thread thread_;
};

}  // namespace rustnet::client
