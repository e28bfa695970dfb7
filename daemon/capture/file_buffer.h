// SPDX-License-Identifier: Apache-2.0
// The next bytes of a descriptor, as many at once as a record needs, and never more than kLargest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/base/bytes.h"

namespace rustnet {

class FileBuffer {
 public:
  static constexpr size_t kLargest = size_t{17} * 1024 * 1024;

  explicit FileBuffer(int fd) : fd_(fd) {}

  // What has been read and not consumed; valid until the next Fill.
  Bytes available() const { return Bytes(bytes_).subspan(begin_, end_ - begin_); }
  // Reads until `wanted` bytes are available, or the file ends.  False if it ended before.
  // REQUIRES: wanted <= kLargest.
  bool Fill(size_t wanted);
  // Goes on behind the next `count` bytes, read already or not.
  void Consume(uint64_t count);

  // A Consume went past the end.
  bool cut() const { return cut_; }
  // errno of a read that failed; it counts as the end.
  int error() const { return error_; }

 private:
  size_t ReadInto(size_t at);  // 0 at the end

  const int fd_;
  std::vector<uint8_t> bytes_;
  size_t begin_ = 0;
  size_t end_ = 0;
  uint64_t skip_ = 0;  // to be dropped before anything else is available
  bool ended_ = false;
  bool cut_ = false;
  int error_ = 0;
};

}  // namespace rustnet
