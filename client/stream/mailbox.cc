// SPDX-License-Identifier: Apache-2.0
#include "client/stream/mailbox.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "common/base/check.h"

namespace rustnet::client {

Mailbox::Mailbox() {
  int ends[2] = {-1, -1};
  RN_CHECK(pipe(ends) == 0);
  read_end_.reset(ends[0]);
  write_end_.reset(ends[1]);
  for (const int end : ends) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
}

void Mailbox::Wake() {
  if (awake_) return;
  awake_ = write(write_end_.get(), "w", 1) == 1;
}

void Mailbox::ClearWake() {
  const absl::MutexLock lock(&mutex_);
  char bytes[16];
  while (read(read_end_.get(), bytes, sizeof(bytes)) > 0) {
  }
  awake_ = false;
}

void Mailbox::Publish(Batch batch) {
  const absl::MutexLock lock(&mutex_);
  if (has_batch_) {
    batch_.Merge(std::move(batch));
  } else {
    batch_ = std::move(batch);
    has_batch_ = true;
  }
  Wake();
}

bool Mailbox::TakeBatch(Batch* batch) {
  const absl::MutexLock lock(&mutex_);
  if (!has_batch_) return false;
  *batch = std::exchange(batch_, Batch());
  has_batch_ = false;
  return true;
}

size_t Mailbox::waiting() const {
  const absl::MutexLock lock(&mutex_);
  return batch_.changes.size();
}

void Mailbox::PublishSide(const v1::Stats* stats, const v1::ListInterfacesResponse* interfaces) {
  const absl::MutexLock lock(&mutex_);
  if (stats != nullptr) {
    side_.before = side_.valid ? side_.stats : *stats;
    side_.stats = *stats;
    side_.valid = true;
  }
  if (interfaces != nullptr) side_.interfaces = *interfaces;
  Wake();
}

void Mailbox::PublishDetail(Detail detail) {
  const absl::MutexLock lock(&mutex_);
  detail_ = std::move(detail);
  Wake();
}

void Mailbox::DetailIsGone(uint64_t id) {
  const absl::MutexLock lock(&mutex_);
  if (detail_.id != id) detail_ = Detail();
  detail_.id = id;
  detail_.gone = true;
  Wake();
}

Detail Mailbox::detail() const {
  const absl::MutexLock lock(&mutex_);
  return detail_;
}

LinkState Mailbox::link() const {
  const absl::MutexLock lock(&mutex_);
  return link_;
}

SideState Mailbox::side() const {
  const absl::MutexLock lock(&mutex_);
  return side_;
}

Time Mailbox::last_message() const {
  const absl::MutexLock lock(&mutex_);
  return link_.last_message;
}

}  // namespace rustnet::client
