// SPDX-License-Identifier: Apache-2.0
// The rows that the user interface shows, by slot.
//
// A row keeps its slot for as long as it lives, and a removed one keeps it (gone) until ForgetGone:
// so an order of slots that the user is looking at stays valid while rows end under it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "client/stream/batch.h"
#include "common/model/connection.h"

namespace rustnet::client {

using Slot = uint32_t;

class Table {
 public:
  // Appends to `touched` every slot whose row came, changed or went.
  void Apply(Batch batch, std::vector<Slot>* touched);

  // Frees the slots of removed rows, but for `keep`.
  void ForgetGone(std::optional<Slot> keep);

  size_t live() const { return live_; }
  size_t slots() const { return rows_.size(); }
  // None: a free slot.
  const model::Connection* At(Slot slot) const { return rows_[slot].get(); }
  bool Gone(Slot slot) const { return gone_[slot]; }
  std::optional<Slot> Find(uint64_t id) const;

  uint64_t revision() const { return revision_; }
  const std::optional<Totals>& totals() const { return totals_; }
  bool whole() const { return whole_; }

 private:
  void Remove(Slot slot, std::vector<Slot>* touched);
  Slot Allocate();

  std::vector<std::unique_ptr<model::Connection>> rows_;
  std::vector<bool> gone_;
  std::vector<Slot> free_;
  std::vector<Slot> gone_slots_;
  absl::flat_hash_map<uint64_t, Slot> by_id_;  // gone rows too
  size_t live_ = 0;
  uint64_t revision_ = 0;
  std::optional<Totals> totals_;
  bool whole_ = false;
};

}  // namespace rustnet::client
