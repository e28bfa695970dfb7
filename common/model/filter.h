// SPDX-License-Identifier: Apache-2.0
// The filter language (DESIGN section 5), the same in the client, the one-shot commands and the
// API:
//   whitespace is AND; `or`, `not` or `-`, parentheses, "quotes"; key:value, key>N, key<N,
//   key:A..B, /regex/i, ~fuzzy, words.
#pragma once

#include <memory>
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

class Filter {
 public:
  // An empty text matches everything.
  static std::unique_ptr<Filter> Parse(std::string_view text, FilterError* error);

  Filter();
  ~Filter();
  bool Matches(const Connection& connection, Time now) const;
  // The same filter written in one way: equal meanings of equal words give equal texts.
  std::string Canonical() const;
  bool reads_counters() const;  // a value that changes with traffic (bytes, rates, state, rtt, …)
  bool reads_age() const;       // one that changes with time alone

 private:
  struct Node;
  std::unique_ptr<Node> root_;
};

// Every key, for completion and help: "down", "port", …, with one sentence each.
struct FilterKey {
  std::string_view name;
  std::vector<std::string_view> aliases;
  std::string_view help;
};
const std::vector<FilterKey>& FilterKeys();

}  // namespace rustnet::model
