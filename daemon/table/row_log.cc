// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/row_log.h"

#include <algorithm>

#include "common/base/check.h"

namespace rustnet {

void RowLog::Put(RowIndex row, ConnectionId id) {
  const auto [found, is_new] = live_.try_emplace(row, 0);
  if (is_new) {
    found->second = NewEntry();
    entries_[found->second] = {.id = id, .born = tail_ + 1, .row = row};
  }
  Touch(found->second);
  entries_[found->second].facts = tail_;
}

void RowLog::Count(RowIndex row) {
  const auto found = live_.find(row);
  RN_CHECK(found != live_.end());
  Touch(found->second);
}

void RowLog::Remove(RowIndex row, Time now) {
  const auto found = live_.find(row);
  if (found == live_.end()) return;
  Touch(found->second);
  entries_[found->second].gone = true;
  tombstones_.push_back({now, tail_, found->second});
  live_.erase(found);
}

void RowLog::Forget(Time before, size_t most) {
  while (!tombstones_.empty() && (tombstones_.front().time < before || tombstones_.size() > most)) {
    const Tombstone& oldest = tombstones_.front();
    horizon_ = oldest.revision;
    entries_[oldest.entry].last = 0;
    free_.push_back(oldest.entry);
    tombstones_.pop_front();
  }
}

void RowLog::Clear() { *this = RowLog(); }

uint64_t RowLog::BornAndGone(Revision after) const {
  auto tombstone = std::lower_bound(
      tombstones_.begin(), tombstones_.end(), after,
      [](const Tombstone& t, Revision revision) { return t.revision <= revision; });
  uint64_t count = 0;
  for (; tombstone != tombstones_.end(); ++tombstone) {
    count += entries_[tombstone->entry].born > after ? 1 : 0;
  }
  return count;
}

void RowLog::Touch(EntryIndex index) {
  if (order_.size() >= 2 * entries_.size() + 1024) Compact();
  entries_[index].last = ++tail_;
  order_.push_back({tail_, index});
}

void RowLog::Compact() {
  std::erase_if(
      order_, [this](const Place& place) { return entries_[place.entry].last != place.revision; });
}

size_t RowLog::FirstAfter(Revision after) const {
  const auto found = std::lower_bound(
      order_.begin(), order_.end(), after,
      [](const Place& place, Revision revision) { return place.revision <= revision; });
  return static_cast<size_t>(found - order_.begin());
}

RowLog::EntryIndex RowLog::NewEntry() {
  if (!free_.empty()) {
    const EntryIndex index = free_.back();
    free_.pop_back();
    return index;
  }
  entries_.emplace_back();
  return static_cast<EntryIndex>(entries_.size() - 1);
}

}  // namespace rustnet
