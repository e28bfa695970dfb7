// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/ring_linux.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace rustnet {
namespace {

// A record's header: length with two flags, and an offset that is the kernel's own.
constexpr size_t kHeader = BPF_RINGBUF_HDR_SZ;

}  // namespace

RingReader::RingReader(int map, size_t size)
    : map_(map), size_(size), page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
  void* consumer = mmap(nullptr, page_, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
  if (consumer == MAP_FAILED) {
    error_ = errno;
    return;
  }
  consumer_ = static_cast<uint64_t*>(consumer);
  void* producer =
      mmap(nullptr, page_ + 2 * size, PROT_READ, MAP_SHARED, map, static_cast<off_t>(page_));
  if (producer == MAP_FAILED) {
    error_ = errno;
    return;
  }
  producer_ = static_cast<const uint64_t*>(producer);
  data_ = static_cast<const uint8_t*>(producer) + page_;
}

RingReader::~RingReader() {
  if (producer_ != nullptr) munmap(const_cast<uint64_t*>(producer_), page_ + 2 * size_);
  if (consumer_ != nullptr) munmap(consumer_, page_);
}

void RingReader::Consume(const std::function<void(Bytes)>& visit) {
  uint64_t at = __atomic_load_n(consumer_, __ATOMIC_RELAXED);
  const uint64_t stop = at + size_;
  while (at < stop && at < __atomic_load_n(producer_, __ATOMIC_ACQUIRE)) {
    const uint8_t* record = data_ + (at & (size_ - 1));
    uint32_t word = 0;
    // The kernel clears the busy bit with a full barrier when the record is whole.
    std::memcpy(&word, record, sizeof word);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (word & BPF_RINGBUF_BUSY_BIT) return;
    const size_t length = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
    if ((word & BPF_RINGBUF_DISCARD_BIT) == 0) visit(Bytes(record + kHeader, length));
    at += (length + kHeader + 7) / 8 * 8;
    __atomic_store_n(consumer_, at, __ATOMIC_RELEASE);
  }
}

}  // namespace rustnet
