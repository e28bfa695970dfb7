// SPDX-License-Identifier: Apache-2.0
// Names for addresses, from DNS answers that were seen on the wire: what a client was told about an
// address is likely why it speaks to it.
//
// Bounded: so many addresses (the least recently used one makes room, and is counted), four names
// each.  No clock: time is passed in.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/hash.h"
#include "common/base/ip_address.h"
#include "common/base/time.h"

namespace rustnet::net {

class PassiveDns {
 public:
  // How sure it is that the client means this name: it was told so itself, or somebody else was.
  enum class Source : uint8_t { kToldClient, kToldOther };

  struct Found {
    std::string_view name;  // printable; valid until the next Add
    Source source = Source::kToldOther;
    Time told = 0;  // when the answer was seen last
  };

  explicit PassiveDns(size_t capacity = 8192) : capacity_(capacity) {}

  // An answer: `client` was told that `name` has `address`, for `ttl` seconds (kept ten minutes at
  // least, a day at most: connections outlive their names).  `name` may be raw bytes.
  void Add(const IpAddress& client, std::string_view name, const IpAddress& address, uint32_t ttl,
           Time now);

  // The newest name that `client` was told, else the newest that anybody was told.
  std::optional<Found> Find(const IpAddress& client, const IpAddress& address, Time now);

  size_t size() const { return entries_.size(); }
  uint64_t evicted() const { return evicted_; }  // addresses, for want of room

 private:
  static constexpr size_t kNames = 4;
  struct Name {
    IpAddress client;
    std::string text;  // empty: a free place
    Time told = 0;
    Time expires = 0;
  };
  struct Entry {
    IpAddress address;
    std::array<Name, kNames> names;
  };
  struct Hash {
    size_t operator()(const IpAddress& address) const;
  };
  Entry& Touch(const IpAddress& address);

  size_t capacity_;
  uint64_t evicted_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<IpAddress, std::list<Entry>::iterator, Hash> index_;
};

}  // namespace rustnet::net
