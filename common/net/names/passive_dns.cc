// SPDX-License-Identifier: Apache-2.0
#include "common/net/names/passive_dns.h"

#include <algorithm>

#include "common/base/text.h"

namespace rustnet::net {
namespace {

constexpr Duration kShortest = 600 * kSecond;
constexpr Duration kLongest = 86'400 * kSecond;
constexpr size_t kLongestName = 255;  // RFC 1035 section 2.3.4

}  // namespace

size_t PassiveDns::Hash::operator()(const IpAddress& address) const {
  uint64_t high = 0;
  uint64_t low = 0;
  for (size_t i = 0; i < 8; ++i) {
    high = high << 8 | address.raw()[i];
    low = low << 8 | address.raw()[i + 8];
  }
  return MixHash(high, low);
}

PassiveDns::Entry& PassiveDns::Touch(const IpAddress& address) {
  const auto found = index_.find(address);
  if (found != index_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  if (entries_.size() >= capacity_) {
    index_.erase(entries_.back().address);
    entries_.pop_back();
    ++evicted_;
  }
  entries_.push_front(Entry{address, {}});
  index_.emplace(address, entries_.begin());
  return entries_.front();
}

void PassiveDns::Add(const IpAddress& client, std::string_view name, const IpAddress& address,
                     uint32_t ttl, Time now) {
  if (capacity_ == 0) return;
  std::string text = Printable(name, kLongestName);
  if (text.empty()) return;
  Entry& entry = Touch(address);
  // The same answer again, else a place that is free or out of date, else the oldest.
  Name* place = nullptr;
  for (Name& known : entry.names) {
    if (known.client == client && known.text == text) place = &known;
  }
  if (place == nullptr) {
    place = &*std::min_element(entry.names.begin(), entry.names.end(),
                               [](const Name& a, const Name& b) { return a.told < b.told; });
  }
  const Duration kept = std::clamp<Duration>(ttl * kSecond, kShortest, kLongest);
  *place = {client, std::move(text), now, now + kept};
}

std::optional<PassiveDns::Found> PassiveDns::Find(const IpAddress& client, const IpAddress& address,
                                                  Time now) {
  if (!index_.contains(address)) return std::nullopt;
  std::optional<Found> best;
  for (const Name& known : Touch(address).names) {
    if (known.text.empty() || known.expires <= now) continue;
    const Source source = known.client == client ? Source::kToldClient : Source::kToldOther;
    const bool better =
        !best || source < best->source || (source == best->source && known.told > best->told);
    if (better) best = Found{known.text, source, known.told};
  }
  return best;
}

}  // namespace rustnet::net
