// SPDX-License-Identifier: Apache-2.0
// Which rows changed, in the order of their last change.
//
// A change gives its row the next revision and moves it to the tail; a removed row leaves a
// tombstone there.  What a client lacks is therefore the piece behind the last revision it has:
// from 0 that piece is a snapshot, from anywhere else a delta, and for a slow client merely a
// longer one.  Nothing is ever queued for anybody.  (docs/stream.md; its law: row_log_test.cc.)
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/time.h"

namespace rustnet {

using Revision = uint64_t;
using ConnectionId = uint64_t;
using RowIndex = uint32_t;  // where the table keeps the row; a removed row's may be used again

class RowLog {
 public:
  struct Entry {
    ConnectionId id = 0;
    Revision born = 0;
    Revision facts = 0;  // last change of anything but the numbers
    Revision last = 0;
    RowIndex row = 0;
    bool gone = false;
  };

  // A new row, or one whose facts changed.
  void Put(RowIndex row, ConnectionId id);
  // Only its numbers changed.  REQUIRES: the row is present.
  void Count(RowIndex row);
  // Does nothing if the row is not present.  `now`: for the age of the tombstone.
  void Remove(RowIndex row, Time now);
  bool Has(RowIndex row) const { return live_.contains(row); }

  // Drops tombstones older than `before`, and the oldest beyond `most`.
  void Forget(Time before, size_t most);
  // Removes everything, and starts again at revision 0: only with a new epoch.
  void Clear();

  Revision tail() const { return tail_; }
  // A client below it cannot be brought up to date: tombstones that it needs are gone.
  Revision horizon() const { return horizon_; }
  size_t size() const { return live_.size(); }
  size_t tombstones() const { return tombstones_.size(); }

  // Calls `visit(entry)` for what changed after `after`, in order, until it returns false.  Returns
  // the revision up to which everything was visited; tail() if nothing is left.
  template <typename Visit>
  Revision Walk(Revision after, Visit visit) const {
    for (size_t i = FirstAfter(after); i < order_.size(); ++i) {
      const Place& place = order_[i];
      const Entry& entry = entries_[place.entry];
      if (entry.last != place.revision) continue;  // has moved since, or its tombstone is forgotten
      if (!visit(entry)) return after;
      after = entry.last;
    }
    return tail_;
  }

  // Rows that came and went after `after`: a client there never had them.
  uint64_t BornAndGone(Revision after) const;

  // Every row that is present, in no order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const auto& [row, entry] : live_) visit(entries_[entry]);
  }

 private:
  using EntryIndex = uint32_t;
  struct Place {
    Revision revision;
    EntryIndex entry;
  };
  struct Tombstone {
    Time time;
    Revision revision;
    EntryIndex entry;
  };

  void Touch(EntryIndex index);
  void Compact();
  size_t FirstAfter(Revision after) const;
  EntryIndex NewEntry();

  Revision tail_ = 0;
  Revision horizon_ = 0;
  std::vector<Entry> entries_;
  std::vector<EntryIndex> free_;
  // By revision.  A place is stale once its entry has moved on; stale ones are dropped in bulk.
  std::vector<Place> order_;
  std::deque<Tombstone> tombstones_;  // by revision
  absl::flat_hash_map<RowIndex, EntryIndex> live_;
};

}  // namespace rustnet
