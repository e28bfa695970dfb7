// SPDX-License-Identifier: Apache-2.0
#include "client/stream/table.h"

#include <utility>

namespace rustnet::client {

std::optional<Slot> Table::Find(uint64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional<Slot>(found->second);
}

Slot Table::Allocate() {
  if (!free_.empty()) {
    const Slot slot = free_.back();
    free_.pop_back();
    return slot;
  }
  rows_.emplace_back();
  gone_.push_back(false);
  return static_cast<Slot>(rows_.size() - 1);
}

void Table::Remove(Slot slot, std::vector<Slot>* touched) {
  if (gone_[slot]) return;
  gone_[slot] = true;
  gone_slots_.push_back(slot);
  --live_;
  touched->push_back(slot);
}

void Table::Apply(Batch batch, std::vector<Slot>* touched) {
  if (batch.reset) {
    for (const auto& [id, slot] : by_id_) {
      if (!batch.changes.contains(id)) Remove(slot, touched);
    }
  }
  for (auto& [id, change] : batch.changes) {
    const auto found = by_id_.find(id);
    if (change.kind == Change::Kind::kRemoved) {
      if (found != by_id_.end()) Remove(found->second, touched);
      continue;
    }
    if (change.kind == Change::Kind::kNumbers) {
      if (found == by_id_.end() || gone_[found->second]) continue;
      model::SetNumbers(*change.numbers, rows_[found->second].get());
      touched->push_back(found->second);
      continue;
    }
    Slot slot = 0;
    if (found == by_id_.end()) {
      slot = Allocate();
      by_id_.emplace(id, slot);
      ++live_;
    } else {
      slot = found->second;
      if (gone_[slot]) {
        std::erase(gone_slots_, slot);
        ++live_;
      }
    }
    gone_[slot] = false;
    rows_[slot] = std::move(change.row);
    touched->push_back(slot);
  }
  revision_ = batch.revision;
  whole_ = batch.whole;
  if (batch.totals) totals_ = batch.totals;
}

void Table::ForgetGone(std::optional<Slot> keep) {
  bool kept = false;
  for (const Slot slot : gone_slots_) {
    if (keep == slot) {
      kept = true;
      continue;
    }
    by_id_.erase(rows_[slot]->id);
    rows_[slot].reset();
    gone_[slot] = false;
    free_.push_back(slot);
  }
  gone_slots_.clear();
  if (kept) gone_slots_.push_back(*keep);
}

}  // namespace rustnet::client
