// SPDX-License-Identifier: Apache-2.0
// Changes of the table on their way to whoever shows it.  Batches merge: one that waits costs at
// most what the table before it and the table after it hold, however long it waits.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/container/flat_hash_map.h"
#include "common/model/connection.h"
#include "common/model/convert.h"

namespace rustnet::client {

// What happened to one row.  Last state wins; nothing here depends on an order.
struct Change {
  enum class Kind : uint8_t { kRow, kNumbers, kRemoved };
  Kind kind = Kind::kRemoved;
  bool fresh = false;                       // the table that the batch is for has no such row
  std::unique_ptr<model::Connection> row;   // kRow
  std::unique_ptr<model::Numbers> numbers;  // kNumbers
};

// Over what the daemon lets us see, as of the batch.
struct Totals {
  uint32_t connections = 0;
  uint32_t matching = 0;
  uint64_t send_rate = 0;  // bytes per second
  uint64_t receive_rate = 0;
};

struct Batch {
  bool reset = false;  // the rows in `changes` are all there are
  absl::flat_hash_map<uint64_t, Change> changes;
  uint64_t revision = 0;
  std::optional<Totals> totals;
  bool whole = true;  // false: the client is catching up, more is on its way

  bool empty() const { return !reset && changes.empty() && !totals; }

  void Put(uint64_t id, std::unique_ptr<model::Connection> row, bool known);
  void SetNumbers(uint64_t id, const model::Numbers& numbers);
  void Remove(uint64_t id);

  // This batch, then `later`.
  void Merge(Batch later);
};

}  // namespace rustnet::client
