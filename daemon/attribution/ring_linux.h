// SPDX-License-Identifier: Apache-2.0
// Reads a BPF ring buffer by its mapping alone: no system call but poll, so it works sealed.
//
// Layout (kernel/bpf/ringbuf.c, Linux 5.8 and later): one page with the consumer's position, one
// with the producer's, then the data twice in a row, so that a record never wraps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "common/base/bytes.h"

namespace rustnet {

class RingReader {
 public:
  // `map` is borrowed; `size` is its max_entries.
  RingReader(int map, size_t size);
  ~RingReader();
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;

  // False: it could not be mapped; `error` is errno then.
  bool ok() const { return data_ != nullptr; }
  int error() const { return error_; }
  int fd() const { return map_; }

  // Hands over the records that are there (at most as many bytes as the ring has, so that a fast
  // producer cannot hold the caller here); they live during the call.
  void Consume(const std::function<void(Bytes)>& visit);

 private:
  int map_;
  size_t size_;
  size_t page_;
  int error_ = 0;
  uint64_t* consumer_ = nullptr;
  const uint64_t* producer_ = nullptr;
  const uint8_t* data_ = nullptr;
};

}  // namespace rustnet
