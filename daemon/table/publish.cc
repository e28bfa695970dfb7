// SPDX-License-Identifier: Apache-2.0
// From a changed record to the logs of every class and view that has it.  All under the lock.
#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "common/model/access.h"
#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

// Windows and filters on age are looked at again this often; less often if that takes long.
constexpr Duration kRescanEvery = kSecond;
constexpr Duration kViewKept = 120 * kSecond;

}  // namespace

// `before`: the numbers that the logs last knew; `was_live`: the row was published before.
void ConnectionTable::Publish(RowIndex row, bool facts_changed, const model::Numbers& before,
                              bool was_live) {
  Record& record = records_.at(row);
  if (facts_changed) record.facts.reset();
  scratch_row_ = UINT32_MAX;
  const model::Numbers known = was_live ? before : model::Numbers();
  for (const auto& access : classes_) PublishTo(access.get(), row, facts_changed, known);
  record.counted_carried = record.carried();
}

void ConnectionTable::PublishTo(AccessClass* access, RowIndex row, bool facts_changed,
                                const model::Numbers& before) {
  const Record& record = records_.at(row);
  if (!access->Sees(record)) {
    if (access->Has(row)) Unpublish(access, row);
    return;
  }
  if (facts_changed) access->masked_facts.erase(row);
  const bool was_live = access->live.Has(row);
  if (was_live && !record.counted_carried) {
    access->send_rate -= before.send_rate;
    access->receive_rate -= before.receive_rate;
  }
  if (record.historic) {
    access->live.Remove(row, monotonic_);
    access->historic.Put(row, record.id);
    facts_changed = true;
  } else {
    if (!record.carried()) {
      access->send_rate += record.numbers.send_rate;
      access->receive_rate += record.numbers.receive_rate;
    }
    if (facts_changed || !was_live) {
      access->live.Put(row, record.id);
    } else {
      access->live.Count(row);
    }
  }
  for (const auto& view : access->views) {
    if (!view->selection.plain()) UpdateView(view.get(), *access, row, facts_changed || !was_live);
  }
}

void ConnectionTable::UpdateView(View* view, const AccessClass& access, RowIndex row,
                                 bool facts_changed) {
  const Selection& selection = view->selection;
  const bool member = view->matching.Has(row);
  const bool may_change = facts_changed || selection.filter->reads_counters();
  if (may_change) {
    const bool historic = records_.at(row).historic;
    const bool matches = (selection.historic || !historic) &&
                         (!selection.filtered || selection.filter->Matches(Row(row, access), now_));
    if (!matches) {
      view->matching.Remove(row, monotonic_);
      view->window.Remove(row, monotonic_);
      return;
    }
  } else if (!member) {
    return;
  }
  const ConnectionId id = records_.at(row).id;
  if (facts_changed || !member) {
    view->matching.Put(row, id);
    if (view->window.Has(row)) view->window.Put(row, id);
  } else {
    view->matching.Count(row);
    if (view->window.Has(row)) view->window.Count(row);
  }
}

void ConnectionTable::Unpublish(AccessClass* access, RowIndex row) {
  if (access->live.Has(row) && !records_.at(row).counted_carried) {
    const model::Numbers& numbers = records_.at(row).numbers;
    access->send_rate -= numbers.send_rate;
    access->receive_rate -= numbers.receive_rate;
  }
  access->live.Remove(row, monotonic_);
  access->historic.Remove(row, monotonic_);
  access->masked_facts.erase(row);
  for (const auto& view : access->views) {
    view->matching.Remove(row, monotonic_);
    view->window.Remove(row, monotonic_);
  }
}

// The row as this class sees it; made once for all views that ask in turn.
const model::Connection& ConnectionTable::Row(RowIndex row, const AccessClass& access) {
  if (scratch_row_ == row && scratch_class_ == &access) return scratch_;
  Describe(records_.at(row), around_, model::Extent::kDetail, &scratch_);
  if (access.uid) model::MaskFor(&scratch_, *access.uid);
  scratch_row_ = row;
  scratch_class_ = &access;
  return scratch_;
}

void ConnectionTable::Rescan(const TickInput& input) {
  std::vector<std::pair<AccessClass*, View*>> due;
  {
    const absl::MutexLock lock(&mutex_);
    for (const auto& access : classes_) {
      for (const auto& view : access->views) {
        if (view->filled && view->needs_rescan() && view->next_rescan <= input.monotonic) {
          view->next_rescan = input.monotonic + kRescanEvery;
          ++view->subscribers;  // keeps it while it is looked at without the lock
          due.emplace_back(access.get(), view.get());
        }
      }
    }
  }
  for (const auto& [access, view] : due) {
    RescanView(access, view, input.now);
    const absl::MutexLock lock(&mutex_);
    --view->subscribers;
  }
}

// Looks at every row of the class again (age), then at the order of those that match (window).
void ConnectionTable::RescanView(AccessClass* access, View* view, Time now) {
  if (view->selection.filter->reads_age()) {
    ForEachRow(access, [&](RowIndex row) {
      const bool matches = view->selection.Matches(Row(row, *access), now);
      if (matches == view->matching.Has(row)) return;
      if (matches) {
        view->matching.Put(row, records_.at(row).id);
      } else {
        view->matching.Remove(row, monotonic_);
        view->window.Remove(row, monotonic_);
      }
    });
  }
  if (view->selection.windowed) MoveWindow(access, view);
}

// Calls `visit` for each row of the class, with the lock held for a slice of them at a time.
void ConnectionTable::ForEachRow(AccessClass* access, const std::function<void(RowIndex)>& visit) {
  for (RowIndex start = 0;; start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    const RowIndex end = std::min<RowIndex>(records_.end(), start + kSlice);
    for (RowIndex row = start; row < end; ++row) {
      if (access->Has(row)) visit(row);
    }
    if (end == records_.end()) return;
  }
}

void ConnectionTable::MoveWindow(AccessClass* access, View* view) {
  struct Candidate {
    RowIndex row;
    model::Connection connection;
  };
  const model::SortOrder& order = view->selection.order;
  const auto before = [&order](const Candidate& a, const Candidate& b) {
    return order.Less(a.connection, b.connection);
  };
  // A heap with the last of the best on top.
  std::vector<Candidate> best;
  const size_t limit = view->selection.limit;
  ForEachRow(access, [&](RowIndex row) {
    if (!view->matching.Has(row)) return;
    const model::Connection& connection = Row(row, *access);
    if (best.size() == limit) {
      if (!order.Less(connection, best.front().connection)) return;
      std::pop_heap(best.begin(), best.end(), before);
      best.pop_back();
    }
    best.push_back({row, connection});
    std::push_heap(best.begin(), best.end(), before);
  });
  const absl::MutexLock lock(&mutex_);
  absl::flat_hash_set<RowIndex> wanted;
  for (const Candidate& candidate : best) {
    const Record* record = records_.Find(candidate.row);
    if (record != nullptr && record->id == candidate.connection.id) wanted.insert(candidate.row);
  }
  std::vector<RowIndex> out;
  view->window.ForEach([&](const RowLog::Entry& entry) {
    if (!wanted.contains(entry.row)) out.push_back(entry.row);
  });
  for (const RowIndex row : out) view->window.Remove(row, monotonic_);
  for (const RowIndex row : wanted) {
    if (!view->window.Has(row) && view->matching.Has(row)) {
      view->window.Put(row, records_.at(row).id);
    }
  }
}

void ConnectionTable::DropUnused(Time monotonic) {
  for (const auto& access : classes_) {
    std::erase_if(access->views, [&](const std::unique_ptr<View>& view) {
      return view->subscribers == 0 && view->unused_since + kViewKept < monotonic;
    });
  }
  std::erase_if(classes_, [&](const std::unique_ptr<AccessClass>& access) {
    return access->uid && access->views.empty();
  });
}

}  // namespace rustnet
