// SPDX-License-Identifier: Apache-2.0
// The filter language (DESIGN section 5), the same in the client, the one-shot commands and the
// API:
//   whitespace is AND; `or`, `not` or `-`, parentheses, "quotes"; key:value, key>N, key<N,
//   key:A..B, /regex/i, ~fuzzy, words.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "common/model/connection.h"

namespace rustnet::model {

struct FilterError {
  size_t offset = 0;     // in bytes
  std::string sentence;  // "port: 'x' is not a number"
};

struct FilterNode;

// The uid of a user's name; none if there is no such user.
using UserLookup = std::function<std::optional<uint32_t>(std::string_view)>;

// Immutable: any number of threads may ask at once.
class Filter {
 public:
  // An empty text matches everything.  Null: `error` says what is wrong and where.  Without
  // `users`, `user:` takes only numbers.  Texts of more than 4 KiB, more than 64 levels of nesting
  // and more than 32 regular expressions are refused.
  static std::unique_ptr<Filter> Parse(std::string_view text, FilterError* error,
                                       const UserLookup& users = nullptr);

  Filter();
  ~Filter();
  // `now`: on the clock of Connection::first_seen.
  bool Matches(const Connection& connection, Time now) const;
  // The same filter written in one way: equal meanings of equal words give equal texts.
  std::string Canonical() const;
  bool reads_counters() const;  // a value that changes with traffic (bytes, rates, state, rtt, …)
  bool reads_age() const;       // one that changes with time alone

 private:
  std::unique_ptr<FilterNode> root_;  // null: everything
};

// Every key, for completion and help: "down", "port", …, with one sentence each.
struct FilterKey {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view help;
};
const std::vector<FilterKey>& FilterKeys();

}  // namespace rustnet::model
