// SPDX-License-Identifier: Apache-2.0
// Sort keys: KEY[:asc|desc],… with one table for --sort, order_by and the configuration.
#pragma once

#include <compare>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/model/connection.h"

namespace rustnet::model {

struct SortKeyInfo {
  std::string_view name;  // "down"
  bool descending_first;  // what a bare key means
  std::string_view help;
  std::weak_ordering (*compare)(const Connection&, const Connection&);
};
const std::vector<SortKeyInfo>& SortKeys();

class SortOrder {
 public:
  // "" is by id.  An unknown key is one sentence naming the nearest known one.
  static StatusOr<SortOrder> Parse(std::string_view text);
  // Strict and total: equal rows are told apart by id.
  bool Less(const Connection& a, const Connection& b) const;
  std::string Canonical() const;

 private:
  struct Term {
    const SortKeyInfo* key;
    bool descending;
  };
  std::vector<Term> terms_;
};

}  // namespace rustnet::model
