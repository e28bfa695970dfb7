// SPDX-License-Identifier: Apache-2.0
// The readers' half: lists, single rows, sums.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "common/model/access.h"
#include "daemon/table/connection_table.h"

namespace rustnet {

uint64_t ConnectionTable::epoch() const {
  const absl::MutexLock lock(&mutex_);
  return epoch_;
}

size_t ConnectionTable::size() const {
  const absl::MutexLock lock(&mutex_);
  return classes_.front()->live.size();
}

uint32_t ConnectionTable::subscribers() const {
  const absl::MutexLock lock(&mutex_);
  return subscribers_;
}

TableCounters ConnectionTable::counters() const {
  const absl::MutexLock lock(&mutex_);
  return counters_;
}

// Calls `visit(record, connection)` for every row that the scope sees and the selection matches.
template <typename Visit>
void ConnectionTable::ForEachMatch(Scope scope, const Selection& selection, Visit visit) {
  model::Connection connection;
  for (RowIndex start = 0;; start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    const RowIndex end = std::min<RowIndex>(records_.end(), start + kSlice);
    for (RowIndex row = start; row < end; ++row) {
      const Record* record = records_.Find(row);
      if (record == nullptr || (record->historic && !selection.historic)) continue;
      if (scope && !record->OwnedBy(*scope)) continue;
      Describe(*record, around_, model::Extent::kDetail, &connection);
      if (scope) model::MaskFor(&connection, *scope);
      if (selection.Matches(connection, now_)) visit(connection);
    }
    if (end == records_.end()) return;
  }
}

ConnectionTable::Selected ConnectionTable::Select(Scope scope, const Selection& selection) {
  Selected out;
  {
    const absl::MutexLock lock(&mutex_);
    out.epoch = epoch_;
    out.revision = RevisionFor(scope);
  }
  // Sorted by parts of a fixed size, which are then merged: whole rows in memory are never more
  // than one part, or one of each part.
  OrderedIds ordered(selection.order);
  ForEachMatch(scope, selection,
               [&](const model::Connection& connection) { ordered.Add(connection); });
  out.ids = ordered.Merge([&](ConnectionId id, model::Connection* connection) {
    return Get(scope, id, connection, nullptr);
  });
  return out;
}

// A scoped caller without a stream has no class yet: there are no numbers to tell.
Revision ConnectionTable::RevisionFor(Scope scope) const {
  for (const auto& access : classes_) {
    if (access->uid == scope) return access->live.tail();
  }
  return 0;
}

const Record* ConnectionTable::Find(ConnectionId id, RowIndex* row) const {
  const uint64_t plain = cipher_->Decrypt(id);
  *row = static_cast<RowIndex>(plain);
  const Record* record = records_.Find(*row);
  return record != nullptr && record->id == id ? record : nullptr;
}

size_t ConnectionTable::Fetch(Scope scope, std::span<const ConnectionId> ids,
                              const model::ReadMask& mask, size_t most_bytes,
                              google::protobuf::RepeatedPtrField<v1::Connection>* out) {
  model::Connection connection;
  size_t bytes = 0;
  size_t used = 0;
  for (; used < ids.size() && bytes < most_bytes; ++used) {
    if (!Get(scope, ids[used], &connection, nullptr)) continue;
    v1::Connection* proto = out->Add();
    ToProto(connection, mask.empty() ? model::Extent::kRow : model::Extent::kDetail, proto);
    mask.Trim(proto);
    bytes += proto->ByteSizeLong();
  }
  return used;
}

bool ConnectionTable::Get(Scope scope, ConnectionId id, model::Connection* connection,
                          std::vector<RateSample>* samples) {
  const absl::MutexLock lock(&mutex_);
  RowIndex row = 0;
  const Record* record = Find(id, &row);
  if (record == nullptr || (scope && !record->OwnedBy(*scope))) return false;
  Describe(*record, around_, model::Extent::kDetail, connection);
  if (scope) model::MaskFor(connection, *scope);
  if (samples != nullptr) *samples = rates_.Of(row);
  return true;
}

std::vector<ProcessTotal> ConnectionTable::Processes(Scope scope, const Selection& selection) {
  // A process by its identity; sockets without one by their uid, or together.
  using Key = std::tuple<uint32_t, uint64_t, uint32_t, int64_t>;
  std::map<Key, ProcessTotal> totals;
  ForEachMatch(scope, selection, [&](const model::Connection& connection) {
    const auto add = [&](const model::Process& process, bool turned) {
      const bool known = process.pid.has_value();
      const int64_t uid = !known && process.uid ? int64_t{*process.uid} : -1;
      ProcessTotal& total =
          totals[{process.pid.value_or(0), process.start_time_ns, process.exec_id, uid}];
      if (total.connections++ == 0) total.process = process;
      // What a tunnel carries is in the carrier's bytes too, unless it has a process to itself.
      if (!connection.tunnel.empty() && !known) return;
      const model::Counters& c = connection.counters;
      total.counters.bytes_sent += turned ? c.bytes_received : c.bytes_sent;
      total.counters.bytes_received += turned ? c.bytes_sent : c.bytes_received;
      total.counters.packets_sent += turned ? c.packets_received : c.packets_sent;
      total.counters.packets_received += turned ? c.packets_sent : c.packets_received;
      total.counters.send_rate += turned ? c.receive_rate : c.send_rate;
      total.counters.receive_rate += turned ? c.send_rate : c.receive_rate;
    };
    const auto visible = [&](const model::Process& process) {
      return !scope || process.uid == scope;
    };
    if (visible(connection.process)) add(connection.process, false);
    if (connection.peer_process && visible(*connection.peer_process)) {
      add(*connection.peer_process, true);
    }
  });
  std::vector<ProcessTotal> out;
  for (auto& [key, total] : totals) out.push_back(std::move(total));
  return out;
}

CompletenessReport ConnectionTable::AttributedLastMinute() const {
  const absl::MutexLock lock(&mutex_);
  return completeness_.LastMinute(now_);
}

CompletenessReport ConnectionTable::AttributedSinceStart() const {
  const absl::MutexLock lock(&mutex_);
  return completeness_.SinceStart();
}

std::vector<AttributionTally> ConnectionTable::Tally() const {
  std::map<std::pair<Quality, NoOwner>, uint64_t> counts;
  for (RowIndex start = 0;; start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    const RowIndex end = std::min<RowIndex>(records_.end(), start + kSlice);
    for (RowIndex row = start; row < end; ++row) {
      const Record* record = records_.Find(row);
      if (record == nullptr || record->historic) continue;
      if (record->party.quality == Quality::kUnspecified) continue;
      ++counts[{record->party.quality, record->party.reason}];
    }
    if (end == records_.end()) break;
  }
  std::vector<AttributionTally> out;
  for (const auto& [key, flows] : counts) out.push_back({key.first, key.second, flows});
  return out;
}

}  // namespace rustnet
