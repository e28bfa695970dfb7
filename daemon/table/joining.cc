// SPDX-License-Identifier: Apache-2.0
// Flows of one conversation that several interfaces saw, as one row (stitch.h says which are).  The
// row that is there keeps its id, whatever joins it.
#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

// How long two rows that may be one are looked at again.
constexpr Duration kUnclearFor = 10 * kSecond;

// In a tunnel or not: what a tunnel carries by one interface has none on another.
bool SameTuple(const net::FlowKey& a, const net::FlowKey& b) {
  return a.address == b.address && a.port == b.port && a.protocol == b.protocol &&
         a.ip_protocol == b.ip_protocol;
}

uint64_t TupleHash(net::FlowKey key) {
  key.handle = 0;
  key.tunnel = 0;
  return net::HashKey(key);
}

// Frames without IP are no conversation.
bool Joinable(const net::FlowKey& key) {
  return key.family != 0 && key.protocol != net::Protocol::kArp;
}

void SumPath(const Path& path, model::Numbers* numbers) {
  const Copy& sent = path.Counting(0);
  const Copy& received = path.Counting(1);
  numbers->bytes_sent = sent.counters[0].bytes;
  numbers->packets_sent = sent.counters[0].packets;
  numbers->send_rate = sent.rate[0];
  numbers->bytes_received = received.counters[1].bytes;
  numbers->packets_received = received.counters[1].packets;
  numbers->receive_rate = received.rate[1];
  Time last = 0;
  for (const Copy& copy : path.copies()) last = std::max(last, copy.sighting.last);
  numbers->last_seen = last / kMicrosecond * kMicrosecond;
}

void SwapWays(model::Numbers* numbers) {
  std::swap(numbers->bytes_sent, numbers->bytes_received);
  std::swap(numbers->packets_sent, numbers->packets_received);
  std::swap(numbers->send_rate, numbers->receive_rate);
}

}  // namespace

void ConnectionTable::SetInterface(uint8_t handle, std::string name, uint64_t netns,
                                   uint32_t index) {
  const absl::MutexLock lock(&mutex_);
  around_.handles[handle] = {std::move(name), netns, index};
  if (joins_ || index == 0) return;
  joins_ = std::any_of(
      around_.handles.begin(), around_.handles.end(),
      [index](const Surroundings::Handle& h) { return h.index != 0 && h.index != index; });
  if (!joins_) return;
  for (RowIndex row = 0; row < records_.end(); ++row) {
    const Record* record = records_.Find(row);
    if (record != nullptr && !record->historic) Index(row);
  }
}

void ConnectionTable::SetLinks(std::span<const Link> links) {
  const absl::MutexLock lock(&mutex_);
  around_.links.Set(links);
}

void ConnectionTable::Index(RowIndex row) {
  Record& record = records_.at(row);
  if (!Joinable(record.key)) return;
  const auto [place, fresh] = by_tuple_.try_emplace(TupleHash(record.key), row);
  if (fresh) return;
  record.same_tuple = place->second;
  place->second = row;
}

void ConnectionTable::Unindex(RowIndex row) {
  Record& record = records_.at(row);
  const auto place = by_tuple_.find(TupleHash(record.key));
  if (place == by_tuple_.end()) return;
  RowIndex* at = &place->second;
  while (*at != kNoRow && *at != row) at = &records_.at(*at).same_tuple;
  if (*at == row) *at = record.same_tuple;
  record.same_tuple = kNoRow;
  if (place->second == kNoRow) by_tuple_.erase(place);
}

Sighting ConnectionTable::SightingOf(const Record& record) const {
  Sighting out;
  out.key = record.key;
  out.interface = InterfaceOf(record.key);
  out.initiator = record.initiator;
  out.began_out = record.local_began;
  out.first = record.first;
  out.last = record.numbers.last_seen;
  for (uint8_t end = 0; end < 2; ++end) {
    out.span[end] = {record.span_begin[end], record.span_end[end],
                     (record.span_whole >> end & 1) != 0};
  }
  out.seen[record.local] = record.numbers.packets_sent != 0;
  out.seen[record.remote()] = record.numbers.packets_received != 0;
  return out;
}

Copy ConnectionTable::CopyOf(const Record& record) const {
  Copy copy;
  copy.flow = record.flow;
  copy.sighting = SightingOf(record);
  copy.local = record.local;
  copy.counters[0].packets = record.numbers.packets_sent;
  copy.counters[0].bytes = record.numbers.bytes_sent;
  copy.counters[1].packets = record.numbers.packets_received;
  copy.counters[1].bytes = record.numbers.bytes_received;
  copy.rate = {record.numbers.send_rate, record.numbers.receive_rate};
  return copy;
}

void ConnectionTable::KeepSpans(const net::FlowView& flow, Record* record) {
  record->span_whole = 0;
  for (uint8_t way = 0; way < 2; ++way) {
    const auto end = static_cast<uint8_t>((flow.initiator & 1) ^ way);
    record->span_begin[end] = flow.span[way].begin;
    record->span_end[end] = flow.span[way].end;
    if (flow.span[way].whole) record->span_whole |= static_cast<uint8_t>(1U << end);
  }
}

// Whether what was sighted belongs to the row: one of its flows proves it, and none denies it.
bool ConnectionTable::Matches(const Record& record, const Sighting& sighting,
                              const Translation* translation, Join* join) const {
  bool proved = false;
  bool unclear = false;
  const auto look = [&](const Sighting& there, uint8_t local) {
    Pair pair;
    if (SameTuple(there.key, sighting.key)) {
      pair.ours = around_.network.IsLocal(there.key, 0) || around_.network.IsLocal(there.key, 1);
    } else if (translation != nullptr) {
      const bool original = SameTuple(translation->original, there.key);
      if (!original && !SameTuple(translation->translated, there.key)) return true;
      pair.translated = true;
      pair.swapped = translation->original_source != translation->translated_source;
    } else {
      return true;
    }
    const Verdict verdict = Compare(there, sighting, pair, around_.links);
    if (verdict == Verdict::kSame && !proved) {
      proved = true;
      join->local = local ^ static_cast<uint8_t>(pair.swapped);
    }
    unclear |= verdict == Verdict::kUnclear;
    return verdict != Verdict::kApart;
  };
  if (record.path == nullptr) {
    if (!look(SightingOf(record), record.local)) return false;
  } else {
    for (const Copy& copy : record.path->copies()) {
      if (!look(copy.sighting, copy.local)) return false;
    }
  }
  join->unclear |= unclear && !proved;
  return proved;
}

ConnectionTable::Join ConnectionTable::FindJoin(const Sighting& sighting, RowIndex self,
                                                const Nat* nat) const {
  Join join;
  if (sighting.interface == 0 || !Joinable(sighting.key)) return join;
  const Translation* translation = nat == nullptr ? nullptr : nat->Find(sighting.key);
  const auto try_all = [&](const net::FlowKey& key) {
    const auto found = by_tuple_.find(TupleHash(key));
    RowIndex row = found == by_tuple_.end() ? kNoRow : found->second;
    for (; row != kNoRow; row = records_.at(row).same_tuple) {
      if (row == self || !Matches(records_.at(row), sighting, translation, &join)) continue;
      join.row = row;
      return true;
    }
    return false;
  };
  if (try_all(sighting.key) || translation == nullptr) return join;
  const bool original = SameTuple(translation->original, sighting.key);
  try_all(original ? translation->translated : translation->original);
  return join;
}

// The row is described, and found, by the flow nearest its socket.
void ConnectionTable::FollowNearest(RowIndex row) {
  Record& record = records_.at(row);
  const Copy& nearest = record.path->nearest();
  if (!(record.key == nearest.sighting.key)) {
    Unindex(row);
    record.key = nearest.sighting.key;
    record.initiator = nearest.sighting.initiator;
    record.local_began = nearest.sighting.began_out;
    Index(row);
  }
  record.local = nearest.local;
  SumPath(*record.path, &record.numbers);
}

// `to`: as `key` of the row has its ends.
void ConnectionTable::TurnTo(RowIndex row, const Orientation& to) {
  Record& record = records_.at(row);
  record.direction = to.direction;
  if (record.local == to.local) return;
  if (record.path != nullptr) {
    record.path->Turn(around_.links);
    FollowNearest(row);
  } else {
    record.local = to.local;
    SwapWays(&record.numbers);
  }
}

void ConnectionTable::AddCopy(RowIndex row, Copy copy) {
  Record& record = records_.at(row);
  if (record.path == nullptr) {
    record.path = std::make_unique<Path>();
    record.path->Add(CopyOf(record), around_.links);
  }
  record.first = std::min(record.first, copy.sighting.first);
  by_flow_[copy.flow] = row;
  record.path->Add(std::move(copy), around_.links);
  FollowNearest(row);
}

void ConnectionTable::JoinFlow(const net::FlowView& flow, const Join& join, Prepared* prepared) {
  Copy copy;
  copy.flow = FlowName(flow);
  copy.sighting.interface = InterfaceOf(flow.key);
  copy.local = join.local;
  CountInto(flow, &copy);
  AddCopy(join.row, std::move(copy));
  Record& record = records_.at(join.row);
  Owners& answer = prepared->answer;
  const bool turned = answer.orientation.local != join.local;
  const bool transit = record.direction == model::Direction::kTransit;
  const bool better = transit || (record.party.process == nullptr && !turned && answer.owner &&
                                  answer.owner->process != nullptr);
  if (!better || answer.orientation.direction == model::Direction::kTransit) return;
  const auto local = static_cast<uint8_t>(record.local ^ static_cast<uint8_t>(turned));
  TurnTo(join.row, {local, answer.orientation.direction});
  SetOwners(join.row, std::move(answer));
}

// Two rows that turn out to be one: the older one stays.
RowIndex ConnectionTable::MergeIfClear(RowIndex row, const TickInput& input) {
  const Record& record = records_.at(row);
  if (record.path != nullptr || record.first + kUnclearFor < input.now) {
    records_.at(row).unclear = false;
    return row;
  }
  const Join join = FindJoin(SightingOf(record), row, input.nat);
  if (join.row == kNoRow) return row;
  const Record& other = records_.at(join.row);
  const bool turned = record.local != join.local;
  const bool stays = other.path == nullptr && record.first < other.first;
  const RowIndex into = stays ? row : join.row;
  const RowIndex from = stays ? join.row : row;
  Merge(into, from, turned);
  return into;
}

void ConnectionTable::Merge(RowIndex into, RowIndex from, bool turned) {
  Record& kept = records_.at(into);
  Record& gone = records_.at(from);
  const model::Numbers before = kept.numbers;
  const Counted counted = CountedOf(kept);
  const Counted counted_gone = CountedOf(gone);
  Copy copy = CopyOf(gone);
  copy.local ^= static_cast<uint8_t>(turned);
  AddCopy(into, std::move(copy));
  if (kept.direction == model::Direction::kTransit &&
      gone.direction != model::Direction::kTransit) {
    const auto local = static_cast<uint8_t>(kept.local ^ static_cast<uint8_t>(turned));
    TurnTo(into, {local, gone.direction});
    kept.party = std::move(gone.party);
    kept.peer = std::move(gone.peer);
    TakeSocket(into, from);
  }
  CountMerged(into, counted, counted_gone);
  Unindex(from);
  Drop(from);
  merged_ = true;
  Publish(into, true, before, true);
}

// Counts a flow of a path.  True if the row is described by it.
bool ConnectionTable::CountPath(const net::FlowView& flow, Record* record,
                                model::Numbers* numbers) {
  Copy* copy = record->path->Find(FlowName(flow));
  if (copy == nullptr) return false;
  CountInto(flow, copy);
  const bool nearest = copy == &record->path->nearest();
  if (!nearest) *numbers = record->numbers;
  SumPath(*record->path, numbers);
  return nearest;
}

}  // namespace rustnet
