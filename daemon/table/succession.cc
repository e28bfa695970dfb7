// SPDX-License-Identifier: Apache-2.0
// Datagrams of one tuple are one flow to the packets, but a port is taken again as soon as it is
// free: each process that had it has a row of its own.
//
// Packets do not say which socket sent them, so what several had within one tick is divided evenly.
#include <utility>

#include "daemon/table/connection_table.h"

namespace rustnet {
namespace {

// Between the kernel's event and the packet's time stamp, by two clocks.
constexpr Duration kClocks = kMillisecond;

using Counters = std::array<net::DirectionCounters, 2>;

bool SameProcess(const std::shared_ptr<const ProcessInfo>& a,
                 const std::shared_ptr<const ProcessInfo>& b) {
  return a != nullptr && b != nullptr && a->pid == b->pid && a->start_time_ns == b->start_time_ns;
}

net::DirectionCounters Part(const net::DirectionCounters& all, uint64_t parts) {
  return {all.packets / parts, all.bytes / parts, all.ip_bytes / parts, all.payload_bytes / parts};
}

net::DirectionCounters Sum(const net::DirectionCounters& a, const net::DirectionCounters& b) {
  return {a.packets + b.packets, a.bytes + b.bytes, a.ip_bytes + b.ip_bytes,
          a.payload_bytes + b.payload_bytes};
}

}  // namespace

// Other processes that had the row's tuple since, and have sent.  What the row's own process opened
// anew stays in its row.
std::vector<Attribution::Successor> ConnectionTable::SuccessorsOf(const net::FlowView& flow,
                                                                  Record* record,
                                                                  const TickInput& input) const {
  std::vector<Attribution::Successor> successors;
  SocketTuple tuple;
  tuple.protocol = record->key.protocol;
  tuple.local = record->key.ip(record->local);
  tuple.remote = record->key.ip(record->remote());
  tuple.local_port = record->key.port[record->local];
  tuple.remote_port = record->key.port[record->remote()];
  uint64_t cookie = record->socket;
  while (auto next = input.attribution->SuccessorOf(cookie, tuple)) {
    next->opened += input.now - input.monotonic;
    if (next->opened > flow.last + kClocks) break;
    cookie = next->owner.socket;
    const bool first = successors.empty();
    if (!SameProcess(first ? record->party.process : successors.back().owner.process,
                     next->owner.process)) {
      successors.push_back(std::move(*next));
    } else if (first) {
      record->socket = cookie;
    } else {
      successors.back().owner.socket = cookie;
    }
  }
  return successors;
}

// Gives what is new in `flow` to whoever had its tuple since: the rows of all but the last are
// closed.  Returns the last one's, which is to be published; `row` itself if nobody came after it.
RowIndex ConnectionTable::Succeed(const net::FlowView& flow, RowIndex row, bool is_new,
                                  const TickInput& input) {
  Record* record = &records_.at(row);
  if (flow.key.protocol != net::Protocol::kUdp || record->socket == 0 || record->historic ||
      record->path != nullptr || input.attribution == nullptr) {
    return row;
  }
  std::vector<Attribution::Successor> successors = SuccessorsOf(flow, record, input);
  if (successors.empty()) return row;

  net::FlowView view = flow;
  view.ended = false;
  Counters former = record->former ? *record->former : Counters{};
  if (!is_new) {  // what the row has is its own
    const auto sent = static_cast<size_t>(record->local != (flow.initiator & 1));
    former[sent] = Sum(former[sent], {record->numbers.packets_sent, record->numbers.bytes_sent, 0,
                                      record->payload_sent});
    former[sent ^ 1] =
        Sum(former[sent ^ 1], {record->numbers.packets_received, record->numbers.bytes_received, 0,
                               record->payload_received});
  }
  const uint64_t parts = successors.size() + (is_new ? 1 : 0);
  const Counters part = {Part(flow.counters[0] - former[0], parts),
                         Part(flow.counters[1] - former[1], parts)};
  const auto give = [&](RowIndex to) {
    former = {Sum(former[0], part[0]), Sum(former[1], part[1])};
    view.counters = former;
    Update(view, to, input);
    Publish(to, true, model::Numbers(), false);
  };
  if (is_new) {
    view.last = successors.front().opened;
    give(row);
  }
  for (size_t i = 0; i < successors.size(); ++i) {
    by_flow_.erase(FlowName(flow));
    Close(row, input);
    view.first = successors[i].opened;
    view.last = i + 1 < successors.size() ? successors[i + 1].opened : flow.last;
    const Record& before = records_.at(row);
    const OwnerQuestion question{.key = &flow.key,
                                 .initiator = before.initiator,
                                 .orientation = {before.local, before.direction},
                                 .netns = around_.handles[flow.key.handle].netns,
                                 .age = input.now - view.first};
    Prepared prepared;
    prepared.answer = Ask(question, Sources(input));
    prepared.answer.orientation = question.orientation;
    prepared.answer.owner = std::move(successors[i].owner);
    row = NewRow(view, &prepared, input);
    records_.at(row).former = std::make_unique<Counters>(former);
    if (i + 1 < successors.size()) give(row);
  }
  return row;
}

}  // namespace rustnet
