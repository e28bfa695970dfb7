// SPDX-License-Identifier: Apache-2.0
// The translated connections, by both of their tuples.  Bounded: the longest ended goes first, then
// the first that was learnt.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "common/base/time.h"
#include "daemon/nat/conntrack_message.h"
#include "daemon/nat/nat.h"

namespace rustnet {

struct NatLimits {
  size_t translations = 131'072;
  // How long an ended one is still told: packets are looked at later than they were sent.
  Duration keep = 60 * kSecond;
};

class NatTable {
 public:
  explicit NatTable(const NatLimits& limits = {}) : limits_(limits) {}

  void Apply(const ConntrackEvent& event, Time now);
  void Expire(Time now);

  // As Nat::Find.
  const Translation* Find(const net::FlowKey& key) const;

  size_t size() const { return live_.size() + gone_.size(); }
  uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    Translation translation;
    Time gone = 0;  // 0: it lives
  };
  using Entries = std::list<Entry>;
  struct Hash {
    size_t operator()(const net::FlowKey& key) const { return net::HashKey(key); }
  };

  void Learn(const Translation& translation);
  void Erase(Entries::iterator entry);

  NatLimits limits_;
  Entries live_;  // in the order of being learnt
  Entries gone_;  // in the order of their end
  std::unordered_map<net::FlowKey, Entries::iterator, Hash> by_key_;
  uint64_t forgotten_ = 0;
};

}  // namespace rustnet
