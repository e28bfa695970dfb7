// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/scan_client_linux.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace rustnet {
namespace {

constexpr Duration kBetweenWalks = kSecond;
constexpr Duration kShareOfTime = 20;  // a walk takes at most one part of so many
constexpr int kMessagesPerPoll = 4096;

}  // namespace

std::shared_ptr<const ProcessInfo> ScanClient::Find(uint32_t inode, bool bound) {
  std::shared_ptr<const ProcessInfo> found = table_.Find(inode, bound);
  if (found == nullptr) wanted_ = true;
  return found;
}

void ScanClient::Poll(Time now) {
  if (ended_) return;
  if (walking_) Read(now);
  if (ended_ || walking_ || !wanted_ || now < next_) return;
  if (send(fd_, &kScan, sizeof kScan, MSG_DONTWAIT | MSG_NOSIGNAL) != sizeof kScan) {
    ended_ = errno != EAGAIN;
    return;
  }
  walking_ = true;
  wanted_ = false;
  asked_at_ = now;
}

void ScanClient::Read(Time now) {
  for (int i = 0; i < kMessagesPerPoll; ++i) {
    const ssize_t bytes = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (bytes <= 0) {
      ended_ = true;
      return;
    }
    if (!table_.Add(Bytes(buffer_).first(static_cast<size_t>(bytes)))) continue;
    walking_ = false;
    ++walks_;
    next_ = now + std::max(kBetweenWalks, kShareOfTime * (now - asked_at_));
    return;
  }
}

}  // namespace rustnet
