// SPDX-License-Identifier: Apache-2.0
#include "daemon/nat/nat_table.h"

namespace rustnet {

void NatTable::Apply(const ConntrackEvent& event, Time now) {
  if (!event.translated()) return;
  Translation translation;
  translation.original = KeyOf(event.original, &translation.original_source);
  // Behind the host the connection looks like what the reply answers.
  uint8_t replier = 0;
  translation.translated = KeyOf(event.reply, &replier);
  translation.translated_source = replier ^ 1;
  if (!event.gone) {
    Learn(translation);
    return;
  }
  const auto found = by_key_.find(translation.original);
  if (found == by_key_.end()) return;
  const Entries::iterator entry = found->second;
  if (entry->gone != 0 || !(entry->translation.translated == translation.translated)) return;
  entry->gone = now;
  gone_.splice(gone_.end(), live_, entry);
}

void NatTable::Learn(const Translation& translation) {
  for (const net::FlowKey* key : {&translation.original, &translation.translated}) {
    const auto found = by_key_.find(*key);
    if (found == by_key_.end()) continue;
    const Entries::iterator entry = found->second;
    const bool same = entry->translation.original == translation.original &&
                      entry->translation.translated == translation.translated;
    if (same && entry->gone == 0) return;
    Erase(entry);
  }
  while (size() >= limits_.translations && size() > 0) {
    ++forgotten_;
    Erase(gone_.empty() ? live_.begin() : gone_.begin());
  }
  live_.push_back({translation, 0});
  const auto entry = std::prev(live_.end());
  by_key_[translation.original] = entry;
  by_key_[translation.translated] = entry;
}

void NatTable::Erase(Entries::iterator entry) {
  by_key_.erase(entry->translation.original);
  by_key_.erase(entry->translation.translated);
  (entry->gone == 0 ? live_ : gone_).erase(entry);
}

void NatTable::Expire(Time now) {
  while (!gone_.empty() && gone_.front().gone + limits_.keep < now) Erase(gone_.begin());
}

const Translation* NatTable::Find(const net::FlowKey& key) const {
  if (by_key_.empty() || key.tunnel != 0) return nullptr;
  net::FlowKey anywhere = key;
  anywhere.handle = 0;
  const auto found = by_key_.find(anywhere);
  return found == by_key_.end() ? nullptr : &found->second->translation;
}

}  // namespace rustnet
