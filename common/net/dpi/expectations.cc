// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/expectations.h"

#include <utility>

#include "common/base/hash.h"
#include "common/net/dpi/inspection.h"

namespace rustnet::net {

size_t Expectations::SetOf(const IpAddress& address, uint16_t port, Protocol transport) {
  uint64_t words[2] = {};
  const Bytes bytes = address.bytes();
  __builtin_memcpy(words, bytes.data(), bytes.size());
  const uint64_t kind = uint64_t{port} << 8 | static_cast<uint64_t>(transport);
  return MixHash(MixHash(words[0], words[1]), kind) % kSets * kWays;
}

void Expectations::Add(const Expectation& expectation) {
  Learn(expectation);
  if (fresh_.size() < kMostFresh) {
    fresh_.push_back(expectation);
  } else {
    ++lost_;
  }
}

void Expectations::Clear() {
  entries_ = {};
  fresh_ = {};
}

void Expectations::Learn(const Expectation& expectation) {
  const Dissector* row = FindExpected(expectation.protocol);
  if (row == nullptr || expectation.port == 0) return;
  if (entries_.empty()) entries_.resize(kSets * kWays);
  const Entry fresh{expectation.address, expectation.port, expectation.transport, row,
                    expectation.since};
  Entry* oldest = &entries_[SetOf(fresh.address, fresh.port, fresh.transport)];
  Entry* const end = oldest + kWays;
  for (Entry* entry = oldest; entry != end; ++entry) {
    const bool same = entry->address == fresh.address && entry->port == fresh.port &&
                      entry->transport == fresh.transport;
    if (same) {
      *entry = fresh;
      return;
    }
    if (entry->since < oldest->since) oldest = entry;
  }
  if (oldest->row != nullptr && fresh.since - oldest->since <= kLast) ++lost_;
  *oldest = fresh;
}

const Dissector* Expectations::Find(const FlowKey& key, Time now) const {
  if (entries_.empty()) return nullptr;
  for (size_t end = 0; end < 2; ++end) {
    const IpAddress address = key.ip(end);
    const size_t begin = SetOf(address, key.port[end], key.protocol);
    for (size_t i = begin; i < begin + kWays; ++i) {
      const Entry& entry = entries_[i];
      if (entry.row == nullptr || entry.port != key.port[end] || entry.address != address) continue;
      if (entry.transport == key.protocol && now - entry.since <= kLast) return entry.row;
    }
  }
  return nullptr;
}

std::vector<Expectation> Expectations::TakeFresh() { return std::exchange(fresh_, {}); }

}  // namespace rustnet::net
