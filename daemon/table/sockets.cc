// SPDX-License-Identifier: Apache-2.0
// The table thread's half: rows and their sockets, whose they are and how many have an owner.
#include <utility>

#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

Completeness::Known KnownOf(const Party& party) { return {party.quality, party.reason}; }

Completeness::Known PeerOf(const Record& record) {
  return record.peer ? KnownOf(*record.peer) : Completeness::Known();
}

}  // namespace

// The owners of both ends, as they are known now.
void ConnectionTable::SetOwners(RowIndex row, Owners answer) {
  Record& record = records_.at(row);
  const Completeness::Known before = KnownOf(record.party);
  const Completeness::Known peer_before = PeerOf(record);
  SetParties(&record, std::move(answer));
  completeness_.Change(record.first, before, KnownOf(record.party), now_);
  completeness_.Change(record.first, peer_before, PeerOf(record), now_);
}

// A row that was counted for itself is a part of `into` now, which was counted as `before`.
void ConnectionTable::CountMerged(RowIndex into, const Counted& before, const Counted& gone) {
  const Record& record = records_.at(into);
  completeness_.Change(gone.first, gone.party, {}, now_);
  completeness_.Change(gone.first, gone.peer, {}, now_);
  completeness_.Change(record.first, before.party, KnownOf(record.party), now_);
  completeness_.Change(record.first, before.peer, PeerOf(record), now_);
}

ConnectionTable::Counted ConnectionTable::CountedOf(const Record& record) {
  return {record.first, KnownOf(record.party), PeerOf(record)};
}

}  // namespace rustnet
