// SPDX-License-Identifier: Apache-2.0
// Which lines are shown and in what order: filter → sort → groups → window.
//
// Only the window that is looked at is sorted (nth_element, then a sort of that piece), by one
// exact number per row; under groups (groups.h) all is.  While the order is held, slots keep their
// rank: new rows come behind them, ended ones stay.  A rank is valid until the next Refresh.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/stream/table.h"
#include "client/view/columns.h"
#include "client/view/groups.h"
#include "common/model/filter.h"

namespace rustnet::client {

class Rows {
 public:
  // `table` must outlive this.
  explicit Rows(Table* table) : table_(table) {}

  // Null: everything.  Evaluates every row.
  void SetFilter(std::shared_ptr<const model::Filter> filter, Time now);
  void SetOrder(Column column, bool descending);
  Column column() const { return column_; }
  bool descending() const { return descending_; }
  // kNone: a flat list.  Takes effect with the next Refresh.
  void SetGrouping(GroupBy by);
  bool grouped() const { return groups_.by() != GroupBy::kNone; }
  const Groups& groups() const { return groups_; }
  void SetOpen(const std::string& key, bool open);
  void SetAllOpen(bool open);

  // After Table::Apply.
  void Touch(const std::vector<Slot>& slots, Time now);
  // For a filter that reads ages: once a second.
  void Reevaluate(Time now);
  bool reads_age() const { return filter_ != nullptr && filter_->reads_age(); }

  // Makes the order again; `selected` stays even if it has ended.  With `held`, ranks stay as they
  // are and only new rows are appended.
  void Refresh(bool held, std::optional<Slot> selected);

  // Lines: rows, and the headers of groups.
  size_t size() const { return grouped() ? groups_.lines().size() : order_.size(); }
  size_t matching() const { return matching_; }  // live rows that the filter passes
  // Texts of the sort column that are remembered.
  size_t distinct_texts() const { return texts_.size(); }
  bool any_country() const { return countries_ > 0; }

  // Sorts ranks [first, first + count).
  void EnsureSorted(size_t first, size_t count);
  // REQUIRES: the rank was made sorted since the last Refresh.
  Line LineAt(size_t rank) const {
    return grouped() ? groups_.lines()[rank] : Line{.slot = order_[rank].slot};
  }
  // The same, of a line that is a row.
  Slot At(size_t rank) const { return LineAt(rank).slot; }
  // None if the row is not shown; it may be in a group that is folded.
  std::optional<size_t> RankOf(Slot slot) const;
  // Whether the list has the row, shown or folded.
  bool Lists(Slot slot) const { return slot < metas_.size() && metas_[slot].ordered; }

 private:
  struct Meta {
    uint64_t id = 0;
    uint64_t key = 0;   // exact, for numbers
    uint32_t text = 0;  // index into texts_, for text columns
    bool used = false;
    bool matches = false;
    bool country = false;
    bool ordered = false;  // is in order_
  };
  void BuildGroups(bool held);
  struct Item {
    uint64_t key;
    uint64_t id;
    Slot slot;
    uint32_t text;
  };

  bool Before(const Item& a, const Item& b) const {
    if (a.key != b.key) return (a.key < b.key) != descending_;
    // Equal numbers have text 0 both.
    if (a.text != b.text) {
      const int order = texts_[a.text].compare(texts_[b.text]);
      if (order != 0) return (order < 0) != descending_;
    }
    return a.id < b.id;
  }
  void EnsureOrder(size_t first, size_t count);
  void RenewGroupKeys();
  void ComputeKey(Slot slot);
  void ComputeAllKeys();
  uint32_t TextIndex(const model::Connection& row);
  Item ItemOf(Slot slot) const;

  Table* table_;
  std::shared_ptr<const model::Filter> filter_;
  Column column_ = Column::kDown;
  bool descending_ = true;

  std::vector<Meta> metas_;  // by slot
  Groups groups_;
  std::vector<uint32_t> group_keys_;  // by slot: of Groups::KeyIndex, if grouped
  size_t matching_ = 0;
  size_t countries_ = 0;

  // Distinct texts of the sort column by a hash of the fields that they are made of (equal hashes
  // of different texts would only be sorted as one).
  absl::flat_hash_map<uint64_t, uint32_t> text_index_;
  std::vector<std::string> texts_;

  std::vector<Item> order_;
  size_t sorted_from_ = 0;
  size_t sorted_to_ = 0;
};

}  // namespace rustnet::client
