// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/flow_index.h"

#include <utility>

namespace rustnet::net {

void FlowIndex::Place(Slot slot) {
  size_t i = slot.hash & mask_;
  while (slots_[i].number != kNoNumber) i = (i + 1) & mask_;
  slots_[i] = slot;
}

void FlowIndex::Grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  mask_ = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.number != kNoNumber) Place(slot);
  }
}

void FlowIndex::Insert(uint32_t hash, uint32_t number) {
  // At most five eighths full: longer runs cost more than the memory is worth.
  if ((size_ + 1) * 8 > slots_.size() * 5) Grow();
  Place({hash, number});
  ++size_;
}

void FlowIndex::Remove(uint32_t hash, uint32_t number) {
  size_t hole = hash & mask_;
  while (slots_[hole].number != number) hole = (hole + 1) & mask_;
  // Whoever stands behind the hole and is not at home there moves into it.
  for (size_t i = (hole + 1) & mask_; slots_[i].number != kNoNumber; i = (i + 1) & mask_) {
    const size_t home = slots_[i].hash & mask_;
    if (((i - home) & mask_) < ((i - hole) & mask_)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = {};
  --size_;
}

void FlowIndex::Clear() {
  slots_.assign(kFewest, Slot{});
  slots_.shrink_to_fit();
  mask_ = kFewest - 1;
  size_ = 0;
}

}  // namespace rustnet::net
