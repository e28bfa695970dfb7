// SPDX-License-Identifier: Apache-2.0
// A parsed filter: a tree of AND, OR and NOT over terms.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/filter_keys.h"

namespace rustnet::model {

struct FilterTerm {
  enum class Kind : uint8_t { kText, kNumber, kNetwork, kUnattributed, kFlag };

  Kind kind = Kind::kText;
  const Key* key = nullptr;  // null: a bare text, looked for everywhere
  TextTest text;
  NumberTest number;
  std::optional<Cidr> network;
  std::string network_text;
  bool flag = false;

  bool Matches(const Connection& connection, Time now) const;
  std::string Canonical() const;
};

struct FilterNode {
  enum class Kind : uint8_t { kTerm, kNot, kAnd, kOr };

  Kind kind = Kind::kTerm;
  FilterTerm term;
  std::vector<std::unique_ptr<FilterNode>> children;  // kNot: one; else in order of their texts

  bool Matches(const Connection& connection, Time now) const;
  std::string Canonical() const;
};

// Null: `error` is set.  REQUIRES: `text` is not blank.
std::unique_ptr<FilterNode> ParseFilter(std::string_view text, const UserLookup& users,
                                        FilterError* error);

}  // namespace rustnet::model
