// SPDX-License-Identifier: Apache-2.0
#include "client/view/rows.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "client/text/format.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

bool IsText(Column column) {
  switch (column) {
    case Column::kProcess:
    case Column::kRemote:
    case Column::kLocal:
    case Column::kCountry:
    case Column::kApplication:
    case Column::kState:
      return true;
    default:
      return false;
  }
}

std::string SortText(Column column, const model::Connection& row) {
  switch (column) {
    case Column::kProcess:
      return ToLower(ProcessName(row));
    case Column::kRemote:
      return ToLower(RemoteText(row, true, false).text);
    case Column::kLocal:
      return ToLower(LocalText(row, false).text);
    case Column::kCountry:
      return row.remote.country;
    case Column::kApplication:
      return ToLower(ApplicationText(row, false));
    case Column::kState:
      return StateText(row, false);
    default:
      return {};
  }
}

// Of what SortText is made of.
uint64_t TextHash(Column column, const model::Connection& row) {
  switch (column) {
    case Column::kProcess: {
      const model::Process& process = row.process;
      return absl::HashOf(process.name, process.quality, process.reason, process.uid.value_or(0),
                          process.pid.has_value());
    }
    case Column::kRemote: {
      const model::Endpoint& end = row.remote;
      const uint64_t name =
          end.names.empty() ? 0 : absl::HashOf(end.names[0].name, end.names[0].source);
      return absl::HashOf(end.address, end.port, end.kind, row.protocol, name);
    }
    case Column::kLocal:
      return absl::HashOf(row.local.address, row.local.port, row.protocol);
    case Column::kCountry:
      return absl::HashOf(row.remote.country);
    case Column::kApplication: {
      const model::Application& application = row.application;
      return absl::HashOf(application.protocol, application.summary, application.name,
                          application.evidence, row.direction, row.protocol);
    }
    case Column::kState:
      return absl::HashOf(row.state, row.state_text, row.historic);
    default:
      return 0;
  }
}

// The first eight bytes, in the order of texts.
uint64_t Head(std::string_view text) {
  uint64_t head = 0;
  for (size_t i = 0; i < 8; ++i) {
    head = head << 8 | (i < text.size() ? static_cast<uint8_t>(text[i]) : 0U);
  }
  return head;
}

uint64_t SortNumber(Column column, const model::Connection& row) {
  switch (column) {
    case Column::kRtt:
      return row.rtt_us ? uint64_t{*row.rtt_us} + 1 : 0;
    case Column::kDown:
      return row.historic ? 0 : row.counters.receive_rate;
    case Column::kUp:
      return row.historic ? 0 : row.counters.send_rate;
    // The oldest has the highest age.
    case Column::kAge:
      return UINT64_MAX - static_cast<uint64_t>(row.first_seen);
    default:
      return 0;
  }
}

}  // namespace

void Rows::SetFilter(std::shared_ptr<const model::Filter> filter, Time now) {
  filter_ = std::move(filter);
  Reevaluate(now);
}

void Rows::Reevaluate(Time now) {
  matching_ = 0;
  for (size_t slot = 0; slot < metas_.size(); ++slot) {
    Meta& meta = metas_[slot];
    meta.matches = false;
    if (meta.used && !table_->Gone(static_cast<Slot>(slot))) {
      const model::Connection& row = *table_->At(static_cast<Slot>(slot));
      meta.matches = filter_ == nullptr || filter_->Matches(row, now);
      matching_ += meta.matches ? 1 : 0;
    }
  }
}

void Rows::SetOrder(Column column, bool descending) {
  descending_ = descending;
  if (column != column_) {
    column_ = column;
    ComputeAllKeys();
  }
}

void Rows::ComputeAllKeys() {
  text_index_.clear();
  texts_.clear();
  for (size_t slot = 0; slot < metas_.size(); ++slot) {
    if (metas_[slot].used) ComputeKey(static_cast<Slot>(slot));
  }
  // The places stay as they are; only what they would be compared by is renewed.
  for (Item& item : order_) item = ItemOf(item.slot);
}

void Rows::SetGrouping(GroupBy by) {
  if (by == groups_.by()) return;
  groups_.SetBy(by);
  RenewGroupKeys();
}

void Rows::RenewGroupKeys() {
  groups_.Forget();
  if (!grouped()) return;
  group_keys_.resize(metas_.size());
  for (size_t slot = 0; slot < metas_.size(); ++slot) {
    if (!metas_[slot].used) continue;
    group_keys_[slot] = groups_.KeyIndex(*table_->At(static_cast<Slot>(slot)));
  }
}

void Rows::SetOpen(const std::string& key, bool open) {
  groups_.SetOpen(key, open);
  groups_.Unroll();
}

void Rows::SetAllOpen(bool open) {
  groups_.SetAllOpen(open);
  groups_.Unroll();
}

uint32_t Rows::TextIndex(const model::Connection& row) {
  const auto [found, is_new] =
      text_index_.try_emplace(TextHash(column_, row), static_cast<uint32_t>(texts_.size()));
  if (is_new) {
    texts_.push_back(SortText(column_, row));
  }
  return found->second;
}

void Rows::ComputeKey(Slot slot) {
  Meta& meta = metas_[slot];
  const model::Connection& row = *table_->At(slot);
  if (IsText(column_)) {
    meta.text = TextIndex(row);
    meta.key = Head(texts_[meta.text]);
  } else {
    meta.text = 0;
    meta.key = SortNumber(column_, row);
  }
}

void Rows::Touch(const std::vector<Slot>& slots, Time now) {
  if (metas_.size() < table_->slots()) metas_.resize(table_->slots());
  for (const Slot slot : slots) {
    Meta& meta = metas_[slot];
    if (meta.used && meta.matches) --matching_;
    if (meta.country) --countries_;
    meta.matches = meta.country = false;
    meta.used = table_->At(slot) != nullptr;
    if (!meta.used) continue;
    const model::Connection& row = *table_->At(slot);
    meta.id = row.id;
    if (!table_->Gone(slot)) {
      meta.matches = filter_ == nullptr || filter_->Matches(row, now);
      matching_ += meta.matches ? 1 : 0;
      meta.country = !row.remote.country.empty();
      countries_ += meta.country ? 1 : 0;
    }
    ComputeKey(slot);
    if (!grouped()) continue;
    group_keys_.resize(metas_.size());
    group_keys_[slot] = groups_.KeyIndex(row);
  }
  if (groups_.keys() > 2 * table_->live() + 1024) RenewGroupKeys();
  // Texts that no row has any more are dropped together, when they are the majority.
  if (texts_.size() > 2 * table_->live() + 1024) ComputeAllKeys();
}

Rows::Item Rows::ItemOf(Slot slot) const {
  const Meta& meta = metas_[slot];
  return Item{meta.key, meta.id, slot, meta.text};
}

void Rows::BuildGroups(bool held) {
  std::vector<Slot> order;
  order.reserve(order_.size());
  for (const Item& item : order_) order.push_back(item.slot);
  groups_.Build(*table_, order, group_keys_, column_, descending_, held);
}

void Rows::Refresh(bool held, std::optional<Slot> selected) {
  if (!held) {
    order_.clear();
    for (size_t slot = 0; slot < metas_.size(); ++slot) {
      Meta& meta = metas_[slot];
      if (!meta.used) continue;
      const bool gone = table_->Gone(static_cast<Slot>(slot));
      meta.used = !gone || selected == slot;
      meta.ordered = meta.matches || (gone && meta.used);
      if (meta.ordered) order_.push_back(ItemOf(static_cast<Slot>(slot)));
    }
    table_->ForgetGone(selected);
    sorted_from_ = sorted_to_ = 0;
    if (!grouped()) return;
    EnsureOrder(0, order_.size());
    return BuildGroups(false);
  }
  const auto before = [this](const Item& a, const Item& b) { return Before(a, b); };
  if (sorted_to_ - sorted_from_ < order_.size()) {
    std::sort(order_.begin(), order_.end(), before);
  }
  for (size_t slot = 0; slot < metas_.size(); ++slot) {
    Meta& meta = metas_[slot];
    if (!meta.matches || meta.ordered) continue;
    meta.ordered = true;
    order_.push_back(ItemOf(static_cast<Slot>(slot)));
  }
  sorted_from_ = 0;
  sorted_to_ = order_.size();
  if (grouped()) BuildGroups(true);
}

void Rows::EnsureSorted(size_t first, size_t count) {
  if (!grouped()) EnsureOrder(first, count);
}

void Rows::EnsureOrder(size_t first, size_t count) {
  const size_t last = std::min(first + count, order_.size());
  first = std::min(first, last);
  if (first >= sorted_from_ && last <= sorted_to_) return;
  const auto before = [this](const Item& a, const Item& b) { return Before(a, b); };
  const auto at = [this](size_t rank) {
    return order_.begin() + static_cast<std::ptrdiff_t>(rank);
  };
  if (first > 0) std::nth_element(order_.begin(), at(first), order_.end(), before);
  if (last < order_.size()) std::nth_element(at(first), at(last), order_.end(), before);
  std::sort(at(first), at(last), before);
  sorted_from_ = first;
  sorted_to_ = last;
}

std::optional<size_t> Rows::RankOf(Slot slot) const {
  if (!Lists(slot)) return std::nullopt;
  if (grouped()) return groups_.RankOf(slot);
  for (size_t rank = sorted_from_; rank < sorted_to_; ++rank) {
    if (order_[rank].slot == slot) return rank;
  }
  // Not in the sorted piece: its rank is the number of rows before it.  A held order is sorted all.
  const Item* self = nullptr;
  for (const Item& item : order_) {
    if (item.slot == slot) self = &item;
  }
  if (self == nullptr) return std::nullopt;
  return static_cast<size_t>(std::count_if(order_.begin(), order_.end(),
                                           [&](const Item& item) { return Before(item, *self); }));
}

}  // namespace rustnet::client
