// SPDX-License-Identifier: Apache-2.0
// The table thread's half: flows into records, owners, closing.
#include "daemon/table/connection_table.h"

#include <algorithm>
#include <utility>

#include "common/base/clock.h"
#include "daemon/table/entropy.h"

namespace rustnet {
namespace {

constexpr Duration kNameAwaited = 2 * kSecond;

IdCipher NewCipher() {
  return IdCipher({RandomNumber(), RandomNumber(), RandomNumber(), RandomNumber()});
}

model::Numbers NumbersOf(const net::FlowView& flow, uint8_t local,
                         const std::array<net::DirectionCounters, 2>& counters) {
  const auto sent = static_cast<size_t>(local == (flow.initiator & 1) ? net::Direction::kForward
                                                                      : net::Direction::kBackward);
  const size_t received = sent ^ 1;
  model::Numbers out;
  out.bytes_sent = counters[sent].bytes;
  out.bytes_received = counters[received].bytes;
  out.packets_sent = counters[sent].packets;
  out.packets_received = counters[received].packets;
  out.send_rate = flow.rate[sent];
  out.receive_rate = flow.rate[received];
  out.last_seen = flow.last / kMicrosecond * kMicrosecond;  // as Columns.last_seen_us has it
  out.state = StateOf(flow, local);
  return out;
}

// The best known round trip, and who says so.
std::pair<uint32_t, model::RttSource> RttOf(const net::FlowView& flow, const KernelTcp* kernel) {
  if (kernel != nullptr && kernel->smoothed_rtt_us != 0) {
    return {kernel->smoothed_rtt_us, model::RttSource::kKernel};
  }
  const net::TcpMetrics& tcp = flow.metrics;
  if (tcp.smoothed_rtt_us != 0) return {tcp.smoothed_rtt_us, model::RttSource::kPackets};
  if (tcp.handshake_rtt_us != 0) return {tcp.handshake_rtt_us, model::RttSource::kHandshake};
  if (flow.application_rtt_us != 0) {
    return {flow.application_rtt_us, model::RttSource::kApplication};
  }
  return {0, model::RttSource::kUnspecified};
}

// Assigns and tells whether that changed anything.
template <typename T>
bool Set(T* target, const T& value) {
  if (*target == value) return false;
  *target = value;
  return true;
}

// Of TcpMetrics, what a row shows.
bool SetMetrics(net::TcpMetrics* target, const net::TcpMetrics& value) {
  const bool shown = target->handshake_rtt_us != value.handshake_rtt_us ||
                     target->retransmissions != value.retransmissions ||
                     target->out_of_order != value.out_of_order ||
                     target->duplicate_acks != value.duplicate_acks ||
                     target->fast_retransmissions != value.fast_retransmissions ||
                     target->gaps != value.gaps;
  *target = value;
  return shown;
}

}  // namespace

ConnectionTable::ConnectionTable(const TableOptions& options)
    : options_(options), epoch_(RandomNumber()), cipher_(NewCipher()) {
  around_.service = options.service;
  monotonic_ = MonotonicNow();
  classes_.push_back(std::make_unique<AccessClass>());
  classes_.front()->filled = true;
}

ConnectionTable::~ConnectionTable() = default;

void ConnectionTable::SetLocalNetwork(LocalNetwork network) {
  const absl::MutexLock lock(&mutex_);
  around_.network = std::move(network);
}

void ConnectionTable::OnTick(std::function<void()> listener) {
  const absl::MutexLock lock(&listener_mutex_);
  listener_ = std::move(listener);
}

void ConnectionTable::TellListener() {
  const absl::MutexLock lock(&listener_mutex_);
  if (listener_) listener_();
}

void ConnectionTable::Tick(const TickInput& input) {
  FollowSockets(input);
  // What joins a row is looked at when all that is known of the row is up to date, and in the order
  // in which it began: so most rows begin with the flow nearest who sent.
  known_flows_.clear();
  new_flows_.clear();
  for (const net::FlowView& flow : input.flows) {
    const bool is_new = joins_ && !by_flow_.contains(FlowName(flow));
    (is_new ? new_flows_ : known_flows_).push_back(&flow);
  }
  std::stable_sort(new_flows_.begin(), new_flows_.end(),
                   [](const auto* a, const auto* b) { return a->first < b->first; });
  ApplyAll(known_flows_, input);
  ApplyAll(new_flows_, input);
  RetryOwners(input);
  Expire(input);
  if (input.now >= next_sample_) {
    next_sample_ = input.now - input.now % kSecond + kSecond;
    TakeSamples(input);
  }
  Rescan(input);
  TellListener();
}

void ConnectionTable::ApplyAll(std::span<const net::FlowView* const> flows,
                               const TickInput& input) {
  prepared_.resize(std::min(kSlice, flows.size()));
  for (size_t start = 0; start < flows.size(); start += kSlice) {
    const auto slice = flows.subspan(start, std::min(kSlice, flows.size() - start));
    for (size_t i = 0; i < slice.size(); ++i) Prepare(*slice[i], input, &prepared_[i]);
    const absl::MutexLock lock(&mutex_);
    now_ = input.now;
    monotonic_ = input.monotonic;
    merged_ = false;
    for (size_t i = 0; i < slice.size(); ++i) Apply(*slice[i], &prepared_[i], input);
  }
}

OwnerSources ConnectionTable::Sources(const TickInput& input) const {
  return {.attribution = input.attribution,
          .nat = input.nat,
          .network = &around_.network,
          .containers = joins_,
          .monotonic = input.monotonic};
}

void ConnectionTable::Prepare(const net::FlowView& flow, const TickInput& input,
                              Prepared* out) const {
  const auto found = by_flow_.find(FlowName(flow));
  *out = Prepared();
  if (found != by_flow_.end()) {
    out->row = found->second;
    const Record& record = records_.at(found->second);
    // The answer may have been seen by another worker, and come a tick later.
    if (input.name && !record.seen_name && input.now - record.first < kNameAwaited) {
      out->name = input.name(record.key.ip(record.local), record.key.ip(record.remote()));
    }
    return;
  }
  out->answer.orientation = Orient(flow, around_.network);
  if (input.attribution != nullptr) {
    const OwnerQuestion question{.key = &flow.key,
                                 .initiator = static_cast<uint8_t>(flow.initiator & 1),
                                 .orientation = out->answer.orientation,
                                 .netns = around_.handles[flow.key.handle].netns,
                                 .age = input.now - flow.first};
    out->answer = Ask(question, Sources(input));
  } else if (out->answer.orientation.direction == model::Direction::kTransit) {
    out->answer.owner = Owner{nullptr, std::nullopt, Quality::kNone, NoOwner::kNotLocal, ""};
  }
  const Orientation& orientation = out->answer.orientation;
  if (orientation.direction == model::Direction::kTransit || flow.key.family == 0 ||
      flow.key.protocol == net::Protocol::kArp) {
    return;
  }
  const size_t local = orientation.local;
  if (input.name) out->name = input.name(flow.key.ip(local), flow.key.ip(local ^ 1));
}

void ConnectionTable::Apply(const net::FlowView& flow, Prepared* prepared, const TickInput& input) {
  RowIndex row = prepared->row;
  // Two views of a flow that is new can stand in one slice.
  if (row == kNoRow || merged_) {
    const auto found = by_flow_.find(FlowName(flow));
    row = found != by_flow_.end() ? found->second : kNoRow;
  }
  const bool known = row != kNoRow;
  Join join;
  if (!known && joins_) {
    join = FindJoin(rustnet::SightingOf(flow, InterfaceOf(flow.key)), kNoRow, input.nat);
    row = join.row;
  }
  const bool is_new = row == kNoRow;
  const model::Numbers before = is_new ? model::Numbers() : records_.at(row).numbers;
  if (is_new) {
    row = NewRow(flow, prepared, input);
    records_.at(row).unclear = join.unclear;
  } else if (!known) {
    JoinFlow(flow, join, prepared);
  }
  const RowIndex last = Succeed(flow, row, is_new, input);
  const bool replaced = last != row;
  row = last;
  Record& record = records_.at(row);
  if (record.historic) return;
  bool facts_changed = Update(flow, row, input) || !known || replaced;
  if (!record.seen_name && prepared->name) {
    record.seen_name = std::make_unique<SeenName>(std::move(*prepared->name));
    facts_changed = true;
  }
  if (facts_changed || !(record.numbers == before)) {
    Publish(row, facts_changed, replaced ? model::Numbers() : before, !is_new && !replaced);
  }
  if (record.unclear) row = MergeIfClear(row, input);
  if (!flow.ended) return;
  by_flow_.erase(FlowName(flow));
  const Record& now = records_.at(row);
  if (now.path == nullptr || now.path->ended()) Close(row, input);
}

RowIndex ConnectionTable::NewRow(const net::FlowView& flow, Prepared* prepared,
                                 const TickInput& input) {
  const RowIndex row = records_.Take();
  Record& record = records_.at(row);
  const Orientation& orientation = prepared->answer.orientation;
  record.id = cipher_->Encrypt(uint64_t{record.generation} << 32 | row);
  record.key = flow.key;
  record.flow = FlowName(flow);
  record.local = orientation.local;
  record.initiator = flow.initiator & 1;
  record.direction = orientation.direction;
  record.first = flow.first;
  record.local_began = flow.local_began;
  const Duration age = input.now - record.first;
  if (const auto later = AskAgainAfter(prepared->answer, age, joins_)) {
    retries_.push({input.now + *later, row, record.id});
  }
  SetOwners(row, std::move(prepared->answer));
  by_flow_.emplace(record.flow, row);
  if (joins_) Index(row);
  return row;
}

// Numbers and facts of a flow that is known.  True if the facts changed.
bool ConnectionTable::Update(const net::FlowView& flow, RowIndex row, const TickInput& input) {
  Record* record = &records_.at(row);
  const auto [rtt_us, rtt_source] = RttOf(flow, record->kernel_tcp.get());
  std::array<net::DirectionCounters, 2> counters = flow.counters;
  if (record->former)
    counters = {counters[0] - (*record->former)[0], counters[1] - (*record->former)[1]};
  model::Numbers numbers = NumbersOf(flow, record->local, counters);
  numbers.rtt_us = rtt_us;
  const bool described = record->path == nullptr || CountPath(flow, record, &numbers);
  if (numbers.bytes_sent != record->numbers.bytes_sent ||
      numbers.bytes_received != record->numbers.bytes_received) {
    record->moved = input.now;
    rates_.Follow(row);
  }
  record->numbers = numbers;
  if (!described) {
    // Of a farther interface only what the nearest does not know.
    if (record->application || !flow.application) return false;
    record->application = flow.application;
    return true;
  }
  if (joins_) KeepSpans(flow, record);
  const size_t from_remote = record->local == (flow.initiator & 1) ? 1 : 0;
  record->remote_mac = flow.mac[from_remote];
  record->payload_received = counters[from_remote].payload_bytes;
  record->payload_sent = counters[from_remote ^ 1].payload_bytes;
  bool changed = SetMetrics(&record->metrics, flow.metrics);
  changed |= Set(&record->rtt_source, rtt_source);
  if (flow.application || record->path == nullptr) {
    changed |= Set(&record->application, flow.application);
  }
  changed |= Set(&record->idle_timeout_seconds, flow.idle_timeout_seconds);
  changed |= Set(&record->vlans, flow.vlans);
  changed |= Set(&record->vlan_count, flow.vlan_count);
  changed |= Set(&record->carriers, flow.carriers);
  changed |= Set(&record->carrier_id, flow.carrier_id);
  changed |= Set(&record->icmp_type, flow.icmp_type);
  changed |= Set(&record->icmp_code, flow.icmp_code);
  changed |= Set(&record->arp_operation, flow.arp_operation);
  changed |= Set(&record->igmp_type, flow.igmp_type);
  changed |= Set(&record->stage, flow.stage);
  return changed;
}

void ConnectionTable::RetryOwners(const TickInput& input) {
  if (input.attribution == nullptr) return;
  std::vector<Retry> due;
  while (!retries_.empty() && retries_.top().due <= input.now) {
    due.push_back(retries_.top());
    retries_.pop();
  }
  std::vector<std::pair<RowIndex, Owners>> answers;
  for (const Retry& retry : due) {
    const Record* record = records_.Find(retry.row);
    if (record == nullptr || record->id != retry.id || record->historic) continue;
    const OwnerQuestion question{.key = &record->key,
                                 .initiator = record->initiator,
                                 .orientation = {record->local, record->direction},
                                 .netns = around_.handles[record->key.handle].netns,
                                 .age = input.now - record->first};
    Owners answer = Ask(question, Sources(input));
    const auto later = AskAgainAfter(answer, question.age, joins_);
    // The other end was asked for: this one stays known.
    if (record->party.process != nullptr && answer.owner && answer.owner->process == nullptr) {
      answer.owner.reset();
    }
    const bool socket_found =
        answer.owner && answer.owner->socket != 0 && answer.owner->socket != record->socket;
    const bool changed = socket_found || answer.orientation.direction != record->direction ||
                         answer.orientation.local != record->local ||
                         (answer.owner && !SameParty(record->party, *answer.owner)) ||
                         (answer.peer && !(record->peer && SameParty(*record->peer, *answer.peer)));
    if (later) {
      // The next tick is the earliest.
      retries_.push({input.now + std::max(*later, kMillisecond), retry.row, retry.id});
    }
    if (changed) answers.emplace_back(retry.row, std::move(answer));
  }
  for (size_t start = 0; start < answers.size(); start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    now_ = input.now;
    for (size_t i = start; i < std::min(start + kSlice, answers.size()); ++i) {
      auto& [row, answer] = answers[i];
      const model::Numbers before = records_.at(row).numbers;
      TurnTo(row, answer.orientation);
      SetOwners(row, std::move(answer));
      Publish(row, true, before, true);
    }
  }
}

// The row stays for a while, as history.
void ConnectionTable::Close(RowIndex row, const TickInput& input) {
  Record& record = records_.at(row);
  if (joins_) Unindex(row);
  const model::Numbers before = record.numbers;
  record.historic = true;
  record.numbers.send_rate = 0;
  record.numbers.receive_rate = 0;
  closed_.emplace_back(input.now, row);
  Publish(row, true, before, true);
}

void ConnectionTable::Drop(RowIndex row) {
  for (const auto& access : classes_) Unpublish(access.get(), row);
  ForgetSocket(row);
  rates_.Drop(row);
  records_.Free(row);
  scratch_row_ = UINT32_MAX;
}

void ConnectionTable::Expire(const TickInput& input) {
  const absl::MutexLock lock(&mutex_);
  now_ = input.now;
  monotonic_ = input.monotonic;
  while (!closed_.empty() && (closed_.size() > options_.historic ||
                              closed_.front().first + options_.historic_for < input.now)) {
    if (closed_.size() > options_.historic) ++counters_.history_evicted;
    const RowIndex row = closed_.front().second;
    closed_.pop_front();
    Drop(row);
  }
  const Time oldest = input.monotonic - options_.horizon;
  for (const auto& access : classes_) {
    access->live.Forget(oldest, options_.most_tombstones);
    access->historic.Forget(oldest, options_.most_tombstones);
    for (const auto& view : access->views) {
      view->matching.Forget(oldest, options_.most_tombstones);
      view->window.Forget(oldest, options_.most_tombstones);
    }
  }
  DropUnused(input.monotonic);
}

void ConnectionTable::TakeSamples(const TickInput& input) {
  const absl::MutexLock lock(&mutex_);
  rates_.Sample(input.now, [&](RowIndex row) -> std::optional<RateSample> {
    Record& record = records_.at(row);
    if (record.moved + RateHistory::kSamples * kSecond < input.now) {
      record.facts.reset();
      return std::nullopt;
    }
    return RateSample{input.now, record.numbers.send_rate, record.numbers.receive_rate};
  });
}

void ConnectionTable::Reset() {
  {
    const absl::MutexLock lock(&mutex_);
    epoch_ = RandomNumber();
    cipher_ = NewCipher();
    records_.Clear();
    rates_.Clear();
    closed_.clear();
    by_flow_.clear();
    by_tuple_.clear();
    by_socket_.clear();
    completeness_.Clear();
    retries_ = {};
    counters_ = {};
    scratch_row_ = UINT32_MAX;
    for (const auto& access : classes_) {
      access->live.Clear();
      access->historic.Clear();
      access->masked_facts.clear();
      access->send_rate = access->receive_rate = 0;
      for (const auto& view : access->views) {
        view->matching.Clear();
        view->window.Clear();
        view->recent.clear();
      }
    }
  }
  TellListener();
}

}  // namespace rustnet
