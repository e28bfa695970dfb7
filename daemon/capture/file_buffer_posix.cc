// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "common/base/check.h"
#include "daemon/capture/file_buffer.h"

namespace rustnet {
namespace {

constexpr size_t kUsual = size_t{256} * 1024;

}  // namespace

size_t FileBuffer::ReadInto(size_t at) {
  while (!ended_) {
    const ssize_t got = read(fd_, bytes_.data() + at, bytes_.size() - at);
    if (got > 0) return static_cast<size_t>(got);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) error_ = errno;
    ended_ = true;
  }
  return 0;
}

bool FileBuffer::Fill(size_t wanted) {
  RN_CHECK(wanted <= kLargest);
  if (bytes_.size() < std::max(wanted, kUsual)) bytes_.resize(std::max(wanted, kUsual));
  while (skip_ > 0 && !ended_) {
    // Nothing is available while bytes are to be skipped.
    const size_t got = ReadInto(0);
    const size_t dropped = static_cast<size_t>(std::min<uint64_t>(skip_, got));
    skip_ -= dropped;
    begin_ = dropped;
    end_ = got;
  }
  if (skip_ > 0) {
    cut_ = true;
    begin_ = end_ = 0;
    return false;
  }
  if (end_ - begin_ >= wanted) return true;
  std::copy(bytes_.begin() + static_cast<ptrdiff_t>(begin_),
            bytes_.begin() + static_cast<ptrdiff_t>(end_), bytes_.begin());
  end_ -= begin_;
  begin_ = 0;
  while (end_ < wanted) {
    const size_t got = ReadInto(end_);
    if (got == 0) return false;
    end_ += got;
  }
  return true;
}

void FileBuffer::Consume(uint64_t count) {
  const auto held = static_cast<size_t>(std::min<uint64_t>(count, end_ - begin_));
  begin_ += held;
  skip_ += count - held;
}

}  // namespace rustnet
