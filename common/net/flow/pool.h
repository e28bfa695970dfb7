// SPDX-License-Identifier: Apache-2.0
// Objects at stable addresses, named by 32-bit numbers, in chunks that are never moved.
//
// Pool reuses its objects by assignment, so T must be default-constructible.  DensePool keeps the
// objects in use at 0 .. size()-1, for walks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace rustnet::net {

inline constexpr uint32_t kNoNumber = UINT32_MAX;

template <typename T, size_t kPerChunk>
class Chunks {
 public:
  // REQUIRES: number < room().  Numbers are the table's own: no check, for every packet comes here.
  T& operator[](uint32_t number) const {
    return chunks_.data()[number / kPerChunk].get()[number % kPerChunk];
  }
  size_t room() const { return chunks_.size() * kPerChunk; }
  void Grow() { chunks_.push_back(std::make_unique<T[]>(kPerChunk)); }
  void Shrink(size_t chunks) { chunks_.resize(std::min(chunks, chunks_.size())); }
  void Clear() { chunks_.clear(); }

 private:
  std::vector<std::unique_ptr<T[]>> chunks_;
};

template <typename T, size_t kPerChunk = 256>
class Pool {
 public:
  T& operator[](uint32_t number) { return items_[number]; }
  const T& operator[](uint32_t number) const { return items_[number]; }

  // An object as it was left by Give, or new.
  uint32_t Take() {
    if (!free_.empty()) {
      const uint32_t number = free_.back();
      free_.pop_back();
      return number;
    }
    if (used_ == items_.room()) items_.Grow();
    return used_++;
  }
  void Give(uint32_t number) { free_.push_back(number); }

  // Numbers below this were in use at some time.
  uint32_t end() const { return used_; }
  void Clear() {
    items_.Clear();
    free_.clear();
    used_ = 0;
  }

 private:
  Chunks<T, kPerChunk> items_;
  std::vector<uint32_t> free_;
  uint32_t used_ = 0;
};

template <typename T, size_t kPerChunk = 256>
class DensePool {
 public:
  T& operator[](uint32_t number) { return items_[number]; }
  const T& operator[](uint32_t number) const { return items_[number]; }
  uint32_t size() const { return size_; }

  uint32_t Take() {
    if (size_ == items_.room()) items_.Grow();
    items_[size_] = T();
    return size_++;
  }
  // The last object takes the place of `number`; the caller tells its owner.
  void Give(uint32_t number) {
    --size_;
    if (number != size_) items_[number] = std::move(items_[size_]);
  }
  // Gives chunks back if most of them are not in use, but leaves room to grow again.
  void Trim() {
    const size_t used = (size_ + kPerChunk - 1) / kPerChunk;
    if (items_.room() / kPerChunk > 4 * used + kSpareChunks) items_.Shrink(2 * used + kSpareChunks);
  }
  void Clear() {
    items_.Clear();
    size_ = 0;
  }

 private:
  static constexpr size_t kSpareChunks = 16;
  Chunks<T, kPerChunk> items_;
  uint32_t size_ = 0;
};

}  // namespace rustnet::net
