// SPDX-License-Identifier: Apache-2.0
// The keys of the filter language: what each is called, and what of a connection it looks at.
#pragma once

#include <string_view>
#include <vector>

#include "common/model/filter_value.h"

namespace rustnet::model {

enum class KeyKind : uint8_t {
  kText,
  kProcess,  // text, and "unknown"
  kNumber,
  kAddress,  // address, network or name
  kUser,     // uid, or a name that the caller resolves
  kFlag,     // yes or no
};

struct Key {
  FilterKey info;
  KeyKind kind = KeyKind::kText;
  bool counters = false;  // Filter::reads_counters
  bool age = false;       // Filter::reads_age
  bool searched = false;  // a bare word looks here too
  // Does one of the key's texts (kText, kProcess, kAddress, kNumber with a regular expression)
  // pass?
  bool (*texts)(const Connection&, const TextTest&) = nullptr;
  // Does one of its numbers pass?  Durations in ns.
  bool (*numbers)(const Connection&, Time now, const NumberTest&) = nullptr;
  Unit unit = Unit::kIdentity;
  bool local = false;  // kAddress: which ends
  bool remote = false;
};

const std::vector<Key>& Keys();

// By name or alias, whatever the case; null if there is none.
const Key* FindKey(std::string_view name);

// The name or alias that was probably meant; empty if none is near.
std::string_view NearestKey(std::string_view name);

// Everything a bare word is looked for in.
bool AnyText(const Connection& connection, const TextTest& test);

}  // namespace rustnet::model
