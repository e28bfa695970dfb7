// SPDX-License-Identifier: Apache-2.0
// The rows of one access class, ordered by revision: everything, or those of one uid.  Its numbers
// come from its own rows alone, so that they tell nothing of others.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "daemon/table/record.h"
#include "daemon/table/row_log.h"
#include "daemon/table/view.h"

namespace rustnet {

struct AccessClass {
  std::optional<uint32_t> uid;  // none: all rows
  uint16_t instance = 0;        // tells a class from an earlier one of the same uid
  bool filled = false;
  uint32_t users = 0;
  RowLog live;
  RowLog historic;
  uint64_t send_rate = 0;  // of the live rows, bytes per second
  uint64_t receive_rate = 0;
  std::vector<std::unique_ptr<View>> views;
  // Facts of rows of which this class must not see all.
  absl::flat_hash_map<RowIndex, std::string> masked_facts;

  bool Sees(const Record& record) const { return !uid || record.OwnedBy(*uid); }
  bool Has(RowIndex row) const { return live.Has(row) || historic.Has(row); }
  const RowLog& LogOf(const View& view) const {
    if (view.selection.windowed) return view.window;
    return view.selection.plain() ? live : view.matching;
  }
};

}  // namespace rustnet
