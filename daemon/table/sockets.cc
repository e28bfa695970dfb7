// SPDX-License-Identifier: Apache-2.0
// The table thread's half: rows and their sockets, whose they are, how many have an owner, and what
// the kernel counts of them.
#include <algorithm>
#include <memory>
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
  if (answer.owner) SetSocket(row, *answer.owner);
  SetParties(&record, std::move(answer));
  completeness_.Change(record.first, before, KnownOf(record.party), now_);
  completeness_.Change(record.first, peer_before, PeerOf(record), now_);
}

// A row that was counted for itself is a part of `into` now, which was counted as `before`.
void ConnectionTable::CountMerged(RowIndex into, const Counted& before, const Counted& gone) {
  const Record& record = records_.at(into);
  completeness_.Change(gone.first, gone.party, {}, now_);
  completeness_.Change(gone.first, gone.peer, {}, now_);
  completeness_.Change(before.first, before.party, KnownOf(record.party), now_);
  completeness_.Change(before.first, before.peer, PeerOf(record), now_);
}

ConnectionTable::Counted ConnectionTable::CountedOf(const Record& record) {
  return {record.first, KnownOf(record.party), PeerOf(record)};
}

void ConnectionTable::SetSocket(RowIndex row, const Owner& owner) {
  Record& record = records_.at(row);
  if (owner.socket == 0 || owner.socket == record.socket) return;
  ForgetSocket(row);
  record.socket = owner.socket;
  record.kernel_tcp.reset();
  if (record.key.protocol != net::Protocol::kTcp) return;
  if (!owner.tcp || !owner.tcp->final) by_socket_[owner.socket].push_back(row);
  if (owner.tcp) SetKernelTcp(*owner.tcp, &record);
}

void ConnectionTable::ForgetSocket(RowIndex row) {
  const auto found = by_socket_.find(records_.at(row).socket);
  if (found == by_socket_.end()) return;
  auto& rows = found->second;
  rows.erase(std::remove(rows.begin(), rows.end(), row), rows.end());
  if (rows.empty()) by_socket_.erase(found);
}

// True if that changed facts: who says the round trip.
bool ConnectionTable::SetKernelTcp(const KernelTcp& tcp, Record* record) {
  if (!record->kernel_tcp) record->kernel_tcp = std::make_unique<KernelTcp>();
  *record->kernel_tcp = tcp;
  if (tcp.smoothed_rtt_us == 0) return false;
  record->numbers.rtt_us = tcp.smoothed_rtt_us;
  const bool news = record->rtt_source != model::RttSource::kKernel;
  record->rtt_source = model::RttSource::kKernel;
  return news;
}

// Sockets of which the kernel counts something else than a moment ago.  Before the flows of the
// tick: what moves in packets too is told once.
void ConnectionTable::FollowSockets(const TickInput& input) {
  if (input.attribution == nullptr) return;
  tcp_changes_.clear();
  input.attribution->TakeTcpChanges(&tcp_changes_);
  for (size_t start = 0; start < tcp_changes_.size(); start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    now_ = input.now;
    monotonic_ = input.monotonic;
    for (size_t i = start; i < std::min(start + kSlice, tcp_changes_.size()); ++i) {
      const auto found = by_socket_.find(tcp_changes_[i].socket);
      if (found == by_socket_.end()) continue;
      for (const RowIndex row : found->second) {
        Record& record = records_.at(row);
        const model::Numbers before = record.numbers;
        const bool facts_changed = SetKernelTcp(tcp_changes_[i].tcp, &record);
        Publish(row, facts_changed, before, true);
      }
      if (tcp_changes_[i].tcp.final) by_socket_.erase(found);
    }
  }
}

// `from` is about to become a part of `into`, which has its local end.
void ConnectionTable::TakeSocket(RowIndex into, RowIndex from) {
  Record& kept = records_.at(into);
  Record& gone = records_.at(from);
  if (kept.socket != 0 || gone.socket == 0) return;
  kept.socket = gone.socket;
  kept.kernel_tcp = std::move(gone.kernel_tcp);
  const auto found = by_socket_.find(kept.socket);
  if (found != by_socket_.end()) found->second.push_back(into);
}

}  // namespace rustnet
