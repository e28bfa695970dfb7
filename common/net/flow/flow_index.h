// SPDX-License-Identifier: Apache-2.0
// From a flow's key to its number: open addressing over 8-byte slots, so that a look-up touches one
// cache line of the index and one of the flow.
//
// The hash is keyed (FlowOptions::hash_seed): who sends packets cannot aim at one slot.  Removal
// shifts back, so there are no tombstones and a table that churns stays as fast as a fresh one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/base/hash.h"
#include "common/net/flow/pool.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

// The `i`th eight bytes of a key.
inline uint64_t KeyWord(const FlowKey& key, size_t i) {
  uint64_t word;
  const void* bytes = &key;
  __builtin_memcpy(&word, static_cast<const char*>(bytes) + i * sizeof word, sizeof word);
  return word;
}

inline bool SameKey(const FlowKey& a, const FlowKey& b) {
  uint64_t difference = 0;
  for (size_t i = 0; i < sizeof(FlowKey) / 8; ++i) difference |= KeyWord(a, i) ^ KeyWord(b, i);
  return difference == 0;
}

inline uint32_t KeyedHash(const FlowKey& key, uint64_t seed) {
  const uint64_t ports = KeyWord(key, 4);
  const uint64_t one = MixHash(KeyWord(key, 0) ^ seed, KeyWord(key, 1) ^ ports);
  const uint64_t two = MixHash(KeyWord(key, 2) ^ one, KeyWord(key, 3) ^ seed);
  const uint64_t all = MixHash(one ^ two, KeyWord(key, 5) ^ (ports << 32 | ports >> 32) ^ seed);
  return static_cast<uint32_t>(all ^ all >> 32);
}

class FlowIndex {
 public:
  FlowIndex() : slots_(kFewest), mask_(kFewest - 1) {}

  void Prefetch(uint32_t hash) const { __builtin_prefetch(slots_.data() + (hash & mask_)); }

  // The first number whose hash is the same, or kNoNumber: a guess, for prefetching.
  uint32_t FirstWith(uint32_t hash) const {
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_.data()[i];
      if (slot.number == kNoNumber || slot.hash == hash) return slot.number;
    }
  }

  // The number for which `is_it(number)` holds among those with that hash, or kNoNumber.
  template <typename Predicate>
  uint32_t Find(uint32_t hash, Predicate is_it) const {
    for (size_t i = hash & mask_;; i = (i + 1) & mask_) {
      const Slot& slot = slots_.data()[i];
      if (slot.number == kNoNumber) return kNoNumber;
      if (slot.hash == hash && is_it(slot.number)) return slot.number;
    }
  }

  // REQUIRES: `number` is not in the index.
  void Insert(uint32_t hash, uint32_t number);
  // REQUIRES: `number` is in the index under `hash`.
  void Remove(uint32_t hash, uint32_t number);
  void Clear();
  size_t size() const { return size_; }

 private:
  static constexpr size_t kFewest = 256;
  struct Slot {
    uint32_t hash = 0;
    uint32_t number = kNoNumber;
  };
  void Place(Slot slot);
  void Grow();

  std::vector<Slot> slots_;
  size_t mask_;
  size_t size_ = 0;
};

}  // namespace rustnet::net
