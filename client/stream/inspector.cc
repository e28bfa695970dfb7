// SPDX-License-Identifier: Apache-2.0
#include "client/stream/inspector.h"

#include <utility>

#include "client/stream/channel.h"
#include "client/stream/row.h"
#include "common/base/clock.h"

namespace rustnet::client {
namespace {

constexpr int kAgainMs = 1'000;

}  // namespace

Inspector::Inspector(const std::shared_ptr<grpc::Channel>& channel, Mailbox* mailbox)
    : mailbox_(mailbox), stub_(v1::MonitorService::NewStub(channel)) {
  thread_ = std::thread([this] { Run(); });
}

Inspector::~Inspector() {
  {
    const absl::MutexLock lock(&mutex_);
    ending_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_.join();
}

void Inspector::Look(std::optional<uint64_t> id) {
  const absl::MutexLock lock(&mutex_);
  if (id_ == id) return;
  id_ = id;
  if (context_ != nullptr) context_->TryCancel();  // its answer is of no use any more
}

void Inspector::Run() {
  while (true) {
    uint64_t id = 0;
    {
      const absl::MutexLock lock(&mutex_);
      const auto wanted = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return ending_ || id_.has_value();
      };
      mutex_.Await(absl::Condition(&wanted));
      if (ending_) return;
      id = *id_;
    }
    Ask(id);
    const absl::MutexLock lock(&mutex_);
    const auto other = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return ending_ || id_ != id; };
    mutex_.AwaitWithTimeout(absl::Condition(&other), absl::Milliseconds(kAgainMs));
  }
}

void Inspector::Ask(uint64_t id) {
  grpc::ClientContext context;
  SetDeadline(&context, kCallMs);
  {
    const absl::MutexLock lock(&mutex_);
    if (ending_ || id_ != id) return;
    context_ = &context;
  }
  v1::GetConnectionRequest request;
  request.set_id(id);
  v1::GetConnectionResponse response;
  const grpc::Status status = stub_->GetConnection(&context, request, &response);
  {
    const absl::MutexLock lock(&mutex_);
    context_ = nullptr;
    if (id_ != id) return;
  }
  if (status.ok()) {
    Detail detail;
    detail.id = id;
    detail.row = RowFromProto(response.connection());
    for (const v1::RateSample& sample : response.samples()) {
      detail.down.push_back(sample.receive_rate());
      detail.up.push_back(sample.send_rate());
    }
    detail.answered = MonotonicNow();
    mailbox_->PublishDetail(std::move(detail));
  } else if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    mailbox_->DetailIsGone(id);
  }
  // Any other failure is the stream's to tell of; what is known stays.
}

}  // namespace rustnet::client
