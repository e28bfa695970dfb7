// SPDX-License-Identifier: Apache-2.0
#include "client/stream/batch.h"

#include <utility>

namespace rustnet::client {

void Batch::Put(uint64_t id, std::unique_ptr<model::Connection> row, bool known) {
  auto [found, is_new] = changes.try_emplace(id);
  Change& change = found->second;
  if (is_new) change.fresh = !known;
  change.kind = Change::Kind::kRow;
  change.row = std::move(row);
  change.numbers.reset();
}

void Batch::SetNumbers(uint64_t id, const model::Numbers& numbers) {
  Change& change = changes[id];
  if (change.kind == Change::Kind::kRow) {
    model::SetNumbers(numbers, change.row.get());
    return;
  }
  change.kind = Change::Kind::kNumbers;
  change.numbers = std::make_unique<model::Numbers>(numbers);
}

void Batch::Remove(uint64_t id) {
  auto [found, is_new] = changes.try_emplace(id);
  Change& change = found->second;
  if (!is_new && change.fresh) {
    changes.erase(found);
    return;
  }
  change.kind = Change::Kind::kRemoved;
  change.row.reset();
  change.numbers.reset();
}

void Batch::Merge(Batch later) {
  if (later.reset) {
    *this = std::move(later);
    return;
  }
  for (auto& [id, change] : later.changes) {
    switch (change.kind) {
      case Change::Kind::kRow:
        Put(id, std::move(change.row), !change.fresh);
        break;
      case Change::Kind::kNumbers:
        SetNumbers(id, *change.numbers);
        break;
      case Change::Kind::kRemoved:
        Remove(id);
        break;
    }
  }
  revision = later.revision;
  if (later.totals) totals = later.totals;
  whole = later.whole;
}

}  // namespace rustnet::client
