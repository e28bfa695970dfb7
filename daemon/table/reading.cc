// SPDX-License-Identifier: Apache-2.0
// The readers' half: subscriptions and their pieces.  Runs on gRPC's threads.
#include <algorithm>
#include <utility>

#include "common/base/hash.h"
#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

constexpr size_t kMostRecent = 16;  // pieces kept for others at the same place

uint64_t HashText(std::string_view text, uint64_t seed) {
  uint64_t hash = seed;
  for (const char c : text) hash = MixHash(hash, static_cast<uint8_t>(c) + 1);
  return hash;
}

}  // namespace

StatusOr<std::unique_ptr<Subscription>> ConnectionTable::Subscribe(Scope scope, uint32_t owner,
                                                                   const ViewSpec& spec) {
  Selection selection;
  RN_ASSIGN_OR_RETURN(selection, Selection::From(spec));
  AccessClass* access = nullptr;
  View* view = nullptr;
  bool new_class = false;
  bool new_view = false;
  {
    const absl::MutexLock lock(&mutex_);
    RN_ASSIGN_OR_RETURN(access, ClassFor(scope, &new_class));
    RN_ASSIGN_OR_RETURN(view, ViewFor(access, owner, &selection, &new_view));
    ++view->subscribers;
    ++subscribers_;
  }
  // From here on ticks keep both up to date; what was there before is looked at once.
  if (new_class) Fill(access);
  WaitUntilFilled(&access->filled);
  if (new_view) FillView(access, view);
  WaitUntilFilled(&view->filled);
  return std::unique_ptr<Subscription>(new Subscription(this, access, view));
}

void ConnectionTable::WaitUntilFilled(const bool* filled) {
  mutex_.LockWhen(absl::Condition(filled));
  mutex_.Unlock();
}

StatusOr<AccessClass*> ConnectionTable::ClassFor(Scope scope, bool* is_new) {
  for (const auto& access : classes_) {
    if (access->uid == scope) return access.get();
  }
  if (classes_.size() > options_.most_scoped_classes) {
    return ResourceExhausted("too many users are watching at once; try again later");
  }
  auto access = std::make_unique<AccessClass>();
  access->uid = scope;
  access->instance = next_instance_++;
  *is_new = true;
  classes_.push_back(std::move(access));
  return classes_.back().get();
}

StatusOr<View*> ConnectionTable::ViewFor(AccessClass* access, uint32_t owner, Selection* selection,
                                         bool* is_new) {
  const uint64_t scope = access->uid ? uint64_t{*access->uid} + 1 : 0;
  const uint64_t meaning = HashText(selection->canonical, scope) & ~uint64_t{0xffff};
  for (const auto& view : access->views) {
    if ((view->hash & ~uint64_t{0xffff}) == meaning &&
        view->selection.canonical == selection->canonical) {
      return view.get();
    }
  }
  if (!selection->plain()) {
    uint32_t all = 0;
    uint32_t own = 0;
    for (const auto& other : classes_) {
      for (const auto& view : other->views) {
        if (view->selection.plain()) continue;
        ++all;
        if (view->owner == owner) ++own;
      }
    }
    if (own >= options_.most_views_per_uid || all >= options_.most_views) {
      return ResourceExhausted(
          "too many different filters are being watched; end a watch, or try again in 2 minutes");
    }
  }
  auto view = std::make_unique<View>();
  view->selection = std::move(*selection);
  view->owner = owner;
  view->hash = meaning | (view->selection.plain() ? access->instance : next_instance_++);
  view->filled = view->selection.plain();
  *is_new = !view->filled;
  access->views.push_back(std::move(view));
  return access->views.back().get();
}

void ConnectionTable::Fill(AccessClass* access) {
  for (RowIndex start = 0;; start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    const RowIndex end = std::min<RowIndex>(records_.end(), start + kSlice);
    for (RowIndex row = start; row < end; ++row) {
      const Record* record = records_.Find(row);
      if (record == nullptr || access->Has(row) || !access->Sees(*record)) continue;
      PublishTo(access, row, true, record->numbers);
    }
    if (end == records_.end()) {
      access->filled = true;
      return;
    }
  }
}

void ConnectionTable::FillView(AccessClass* access, View* view) {
  ForEachRow(access, [&](RowIndex row) {
    if (!view->matching.Has(row) && view->selection.Matches(Row(row, *access), now_)) {
      view->matching.Put(row, records_.at(row).id);
    }
  });
  if (view->selection.windowed) MoveWindow(access, view);
  const absl::MutexLock lock(&mutex_);
  view->filled = true;
}

void ConnectionTable::Release(View* view) {
  const absl::MutexLock lock(&mutex_);
  --subscribers_;
  if (--view->subscribers == 0) {
    view->unused_since = monotonic_;
    view->recent.clear();
  }
}

std::string_view ConnectionTable::Facts(AccessClass* access, RowIndex row) {
  Record& record = records_.at(row);
  if (access->uid && NeedsMask(record, *access->uid)) {
    std::string& facts = access->masked_facts[row];
    if (facts.empty()) model::AppendFacts(Row(row, *access), &facts);
    return facts;
  }
  if (record.facts == nullptr) {
    facts_scratch_.clear();
    Describe(record, around_, model::Extent::kRow, &row_scratch_);
    model::AppendFacts(row_scratch_, &facts_scratch_);
    if (!rates_.Follows(row)) return facts_scratch_;  // a quiet row is rarely told, and stays small
    record.facts = std::make_unique<char[]>(facts_scratch_.size());
    std::copy(facts_scratch_.begin(), facts_scratch_.end(), record.facts.get());
    record.facts_size = static_cast<uint32_t>(facts_scratch_.size());
  }
  return {record.facts.get(), record.facts_size};
}

Summary ConnectionTable::SummaryOf(const AccessClass& access, const View& view) const {
  const size_t all = access.live.size() + (view.selection.historic ? access.historic.size() : 0);
  const size_t matching = view.selection.plain() ? access.live.size() : view.matching.size();
  return {static_cast<uint32_t>(all), static_cast<uint32_t>(matching), access.send_rate,
          access.receive_rate};
}

// The piece behind `base`.  Rows of which only numbers changed since `whole` go as columns.
std::shared_ptr<const EncodedDelta> ConnectionTable::Encode(AccessClass* access, View* view,
                                                            Revision base, Revision whole) {
  const RowLog& log = access->LogOf(*view);
  const Selection& selection = view->selection;
  std::erase_if(view->recent, [&](const auto& piece) { return piece->tail != log.tail(); });
  for (const auto& piece : view->recent) {
    if (piece->base == base && piece->whole == whole) return piece;
  }
  auto delta = std::make_shared<EncodedDelta>();
  delta->base = base;
  delta->whole = whole;
  delta->tail = log.tail();
  DeltaWriter writer(options_.message_bytes);
  delta->revision = log.Walk(base, [&](const RowLog::Entry& entry) {
    if (writer.full()) return false;
    const Record& record = records_.at(entry.row);
    if (entry.gone) {
      // A row that was born later the client never had.
      if (entry.born <= base) writer.Removed(entry.id);
    } else if (selection.columns && entry.facts <= whole) {
      writer.Columns(entry.id, record.numbers);
    } else if (selection.mask.empty()) {
      writer.Upsert(Facts(access, entry.row), record.numbers);
    } else {
      ToProto(Row(entry.row, *access), model::Extent::kDetail, &masked_);
      selection.mask.Trim(&masked_);
      writer.UpsertSerialized(masked_.SerializeAsString());
    }
    return true;
  });
  delta->more = delta->revision != log.tail();
  if (!delta->more) {
    delta->rows = static_cast<uint32_t>(log.size());
    delta->born_and_gone = log.BornAndGone(whole);
    delta->summary = SummaryOf(*access, *view);
  }
  writer.Finish(delta.get());
  // An empty one is only a new summary.
  if (view->subscribers > 1 && base != log.tail()) {
    if (view->recent.size() == kMostRecent) view->recent.erase(view->recent.begin());
    view->recent.push_back(delta);
  }
  return delta;
}

Subscription::Subscription(ConnectionTable* table, AccessClass* access, View* view)
    : table_(table), access_(access), view_(view) {}

Subscription::~Subscription() { table_->Release(view_); }

Greeting Subscription::Begin(const std::optional<ResumePoint>& resume) {
  const absl::MutexLock lock(&table_->mutex_);
  const RowLog& log = access_->LogOf(*view_);
  StartReason start = StartReason::kSnapshot;
  if (resume) {
    constexpr uint64_t kMeaning = ~uint64_t{0xffff};
    if (resume->epoch != table_->epoch_) {
      start = StartReason::kEpochChanged;
    } else if ((resume->view & kMeaning) != (view_->hash & kMeaning)) {
      start = StartReason::kViewChanged;
    } else if (resume->view != view_->hash || resume->revision < log.horizon()) {
      start = StartReason::kBaseGone;
    } else if (resume->revision > log.tail()) {
      start = StartReason::kBaseUnknown;
    } else {
      start = StartReason::kResumed;
    }
  }
  StartOver();
  if (start == StartReason::kResumed) {
    position_ = origin_ = whole_ = resume->revision;
    was_whole_ = true;
    from_zero_ = false;
  }
  return Present(start);
}

void Subscription::StartOver() {
  epoch_ = table_->epoch_;
  position_ = whole_ = 0;
  origin_ = access_->LogOf(*view_).tail();
  was_whole_ = false;
  from_zero_ = true;
  summary_ = {};
}

Greeting Subscription::Present(StartReason start) const {
  return {table_->epoch_, view_->hash, access_->LogOf(*view_).tail(), start};
}

Step Subscription::Next() {
  const absl::MutexLock lock(&table_->mutex_);
  const RowLog& log = access_->LogOf(*view_);
  Step step;
  const bool epoch_ended = epoch_ != table_->epoch_;
  // What this client still has to hear of are tombstones behind both.
  const bool base_gone = std::max(position_, origin_) < log.horizon();
  if (epoch_ended || base_gone) {
    StartOver();
    step.kind = Step::Kind::kRestart;
    step.greeting = Present(epoch_ended ? StartReason::kEpochChanged : StartReason::kBaseGone);
    return step;
  }
  if (position_ == log.tail() && was_whole_ && summary_ == table_->SummaryOf(*access_, *view_)) {
    return step;
  }
  step.kind = Step::Kind::kDelta;
  step.delta = table_->Encode(access_, view_, position_, whole_);
  position_ = step.delta->revision;
  if (step.delta->more) return step;
  // Whole again.
  if (was_whole_) step.missed = step.delta->born_and_gone;
  table_->counters_.subscriber_rows_missed += step.missed;
  step.snapshot_done = std::exchange(from_zero_, false);
  was_whole_ = true;
  whole_ = origin_ = position_;
  summary_ = step.delta->summary;
  return step;
}

Revision Subscription::revision() const {
  const absl::MutexLock lock(&table_->mutex_);
  return access_->LogOf(*view_).tail();
}

}  // namespace rustnet
