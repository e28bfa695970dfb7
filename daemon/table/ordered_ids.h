// SPDX-License-Identifier: Apache-2.0
// Sorts any number of rows by a SortOrder without keeping them: parts of a fixed size are sorted as
// they come, of which only the ids stay; then the parts are merged with one row of each in memory.
//
// Rows that change in between may stand a little off their place: a list is of a moment anyway.
#pragma once

#include <functional>
#include <vector>

#include "common/model/connection.h"
#include "common/model/sort.h"

namespace rustnet {

class OrderedIds {
 public:
  // Looks a row up again; false: it is gone.
  using Fetch = std::function<bool(uint64_t id, model::Connection* connection)>;

  explicit OrderedIds(const model::SortOrder& order) : order_(order) {}

  void Add(const model::Connection& connection);
  // All ids in order.  Call once.
  std::vector<uint64_t> Merge(const Fetch& fetch);

 private:
  static constexpr size_t kPart = 2048;
  void EndPart();

  const model::SortOrder& order_;
  std::vector<model::Connection> part_;
  std::vector<std::vector<uint64_t>> parts_;
};

}  // namespace rustnet
