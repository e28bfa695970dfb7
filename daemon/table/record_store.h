// SPDX-License-Identifier: Apache-2.0
// Places for records: they never move, and a place is used again after its row is gone.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "daemon/table/record.h"

namespace rustnet {

class RecordStore {
 public:
  Record& at(RowIndex row) { return (*blocks_[row / kBlock])[row % kBlock]; }
  const Record& at(RowIndex row) const { return (*blocks_[row / kBlock])[row % kBlock]; }
  // Null if nothing is kept there.
  const Record* Find(RowIndex row) const {
    if (row >= used_ || at(row).id == 0) return nullptr;
    return &at(row);
  }
  // Rows are below this; some of the places are free.
  RowIndex end() const { return used_; }
  size_t size() const { return used_ - free_.size(); }

  // A place with an empty record, but for its generation, which differs from all before.
  RowIndex Take() {
    RowIndex row = 0;
    if (free_.empty()) {
      row = used_++;
      if (row / kBlock == blocks_.size()) blocks_.push_back(std::make_unique<Block>());
    } else {
      row = free_.back();
      free_.pop_back();
    }
    ++at(row).generation;
    return row;
  }
  void Free(RowIndex row) {
    const uint32_t generation = at(row).generation;
    at(row) = Record();
    at(row).generation = generation;
    free_.push_back(row);
  }
  void Clear() { *this = RecordStore(); }

 private:
  static constexpr size_t kBlock = 256;
  using Block = std::array<Record, kBlock>;
  std::vector<std::unique_ptr<Block>> blocks_;
  std::vector<RowIndex> free_;
  RowIndex used_ = 0;
};

}  // namespace rustnet
