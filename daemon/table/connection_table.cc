// SPDX-License-Identifier: Apache-2.0
// The table thread's half: flows into records, owners, closing.
#include "daemon/table/connection_table.h"

#include <algorithm>
#include <utility>

#include "common/base/clock.h"
#include "daemon/table/entropy.h"

namespace rustnet {
namespace {

constexpr uint32_t kNoRow = UINT32_MAX;
constexpr Duration kNameAwaited = 2 * kSecond;

uint64_t FlowName(const net::FlowView& flow) { return uint64_t{flow.worker} << 56 ^ flow.id; }

IdCipher NewCipher() {
  return IdCipher({RandomNumber(), RandomNumber(), RandomNumber(), RandomNumber()});
}

// How long until an owner that is not known is asked for again: packets come before their events by
// milliseconds, namespaces and rescans are seen later.
Duration RetryAfter(Duration age) {
  if (age < 2 * kSecond) return 0;
  if (age < 10 * kSecond) return kSecond;
  return age < 60 * kSecond ? 5 * kSecond : 30 * kSecond;
}

// Of a Party or an Owner.
template <typename Known>
bool WorthRetrying(const Known& known) {
  return known.process == nullptr && known.quality != Quality::kUnspecified &&
         known.quality != Quality::kKernel && known.reason != NoOwner::kReplay;
}

model::Numbers NumbersOf(const net::FlowView& flow, uint8_t local) {
  const auto sent = static_cast<size_t>(local == (flow.initiator & 1) ? net::Direction::kForward
                                                                      : net::Direction::kBackward);
  const size_t received = sent ^ 1;
  model::Numbers out;
  out.bytes_sent = flow.counters[sent].bytes;
  out.bytes_received = flow.counters[received].bytes;
  out.packets_sent = flow.counters[sent].packets;
  out.packets_received = flow.counters[received].packets;
  out.send_rate = flow.rate[sent];
  out.receive_rate = flow.rate[received];
  out.last_seen = flow.last / kMicrosecond * kMicrosecond;  // as Columns.last_seen_us has it
  out.state = StateOf(flow, local);
  return out;
}

// The best known round trip, and who says so.
std::pair<uint32_t, model::RttSource> RttOf(const net::FlowView& flow) {
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

bool SameParty(const Party& party, const Owner& owner) {
  return party.process == owner.process && party.owner() == owner.uid &&
         party.quality == owner.quality && party.reason == owner.reason;
}

void SetParty(Party* party, Owner owner) {
  party->process = std::move(owner.process);
  party->has_uid = owner.uid.has_value();
  party->uid = owner.uid.value_or(0);
  if (!party->has_uid && party->process != nullptr) {
    party->has_uid = true;
    party->uid = party->process->uid;
  }
  party->quality = owner.quality;
  party->reason = owner.reason;
  party->thread_name.reset();
  if (!owner.thread_name.empty()) {
    party->thread_name = std::make_unique<std::string>(std::move(owner.thread_name));
  }
}

}  // namespace

// What is found out about a flow before the lock is taken.
struct ConnectionTable::Prepared {
  RowIndex row = kNoRow;
  Orientation orientation;
  std::optional<Owner> owner;
  std::optional<Owner> peer;
  std::optional<SeenName> name;
};

ConnectionTable::ConnectionTable(const TableOptions& options)
    : options_(options), epoch_(RandomNumber()), cipher_(NewCipher()) {
  around_.service = options.service;
  monotonic_ = MonotonicNow();
  classes_.push_back(std::make_unique<AccessClass>());
  classes_.front()->filled = true;
}

ConnectionTable::~ConnectionTable() = default;

void ConnectionTable::SetInterface(uint8_t handle, std::string name, uint64_t netns) {
  const absl::MutexLock lock(&mutex_);
  around_.handles[handle] = {std::move(name), netns};
}

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
  prepared_.resize(std::min(kSlice, input.flows.size()));
  for (size_t start = 0; start < input.flows.size(); start += kSlice) {
    const auto slice = input.flows.subspan(start, std::min(kSlice, input.flows.size() - start));
    for (size_t i = 0; i < slice.size(); ++i) Prepare(slice[i], input, &prepared_[i]);
    const absl::MutexLock lock(&mutex_);
    now_ = input.now;
    monotonic_ = input.monotonic;
    for (size_t i = 0; i < slice.size(); ++i) Apply(slice[i], &prepared_[i], input);
  }
  RetryOwners(input);
  Expire(input);
  if (input.now >= next_sample_) {
    next_sample_ = input.now - input.now % kSecond + kSecond;
    TakeSamples(input);
  }
  Rescan(input);
  TellListener();
}

namespace {

SocketTuple TupleOf(const net::FlowKey& key, size_t local, uint64_t netns) {
  SocketTuple tuple;
  tuple.protocol = key.protocol;
  tuple.local = key.ip(local).Unmapped();
  tuple.remote = key.ip(local ^ 1).Unmapped();
  tuple.local_port = key.port[local];
  tuple.remote_port = key.port[local ^ 1];
  tuple.netns = netns;
  return tuple;
}

}  // namespace

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
  out->orientation = Orient(flow, around_.network);
  const model::Direction direction = out->orientation.direction;
  if (direction == model::Direction::kTransit) {
    out->owner = Owner{nullptr, std::nullopt, Quality::kNone, NoOwner::kNotLocal, ""};
    return;
  }
  // No socket sends or receives these.
  if (flow.key.family == 0 || flow.key.protocol == net::Protocol::kArp) return;
  const size_t local = out->orientation.local;
  const uint64_t netns = around_.handles[flow.key.handle].netns;
  const Duration age = input.now - flow.first;
  if (input.attribution != nullptr) {
    out->owner = input.attribution->Find(TupleOf(flow.key, local, netns), age);
    if (direction == model::Direction::kLocal) {
      out->peer = input.attribution->Find(TupleOf(flow.key, local ^ 1, netns), age);
    }
  }
  if (input.name) out->name = input.name(flow.key.ip(local), flow.key.ip(local ^ 1));
}

void ConnectionTable::Apply(const net::FlowView& flow, Prepared* prepared, const TickInput& input) {
  RowIndex row = prepared->row;
  // Two views of a flow that is new can stand in one slice.
  if (row == kNoRow) {
    const auto found = by_flow_.find(FlowName(flow));
    if (found != by_flow_.end()) row = found->second;
  }
  const bool is_new = row == kNoRow;
  if (is_new) {
    row = records_.Take();
    Record& record = records_.at(row);
    record.id = cipher_->Encrypt(uint64_t{record.generation} << 32 | row);
    record.key = flow.key;
    record.flow = flow.id;
    record.worker = flow.worker;
    record.local = prepared->orientation.local;
    record.direction = prepared->orientation.direction;
    record.first = flow.first;
    record.local_began = flow.local_began;
    if (prepared->owner) SetParty(&record.party, std::move(*prepared->owner));
    if (prepared->peer) {
      record.peer = std::make_unique<Party>();
      SetParty(record.peer.get(), std::move(*prepared->peer));
    }
    const bool here = record.direction != model::Direction::kTransit;
    if (here && (WorthRetrying(record.party) || (record.peer && WorthRetrying(*record.peer)))) {
      retries_.push({input.now + RetryAfter(input.now - record.first), row, record.id});
    }
    by_flow_.emplace(FlowName(flow), row);
  }
  Record& record = records_.at(row);
  if (record.historic) return;
  const model::Numbers before = record.numbers;
  bool facts_changed = Update(flow, row, input) || is_new;
  if (!record.seen_name && prepared->name) {
    record.seen_name = std::make_unique<SeenName>(std::move(*prepared->name));
    facts_changed = true;
  }
  if (facts_changed || !(record.numbers == before)) Publish(row, facts_changed, before, !is_new);
  if (flow.ended) Close(row, input);
}

// Numbers and facts of a flow that is known.  True if the facts changed.
bool ConnectionTable::Update(const net::FlowView& flow, RowIndex row, const TickInput& input) {
  Record* record = &records_.at(row);
  const auto [rtt_us, rtt_source] = RttOf(flow);
  model::Numbers numbers = NumbersOf(flow, record->local);
  numbers.rtt_us = rtt_us;
  if (numbers.bytes_sent != record->numbers.bytes_sent ||
      numbers.bytes_received != record->numbers.bytes_received) {
    record->moved = input.now;
    rates_.Follow(row);
  }
  record->numbers = numbers;
  const size_t from_remote = record->local == (flow.initiator & 1) ? 1 : 0;
  record->remote_mac = flow.mac[from_remote];
  bool changed = SetMetrics(&record->metrics, flow.metrics);
  changed |= Set(&record->rtt_source, rtt_source);
  changed |= Set(&record->application, flow.application);
  changed |= Set(&record->idle_timeout_seconds, flow.idle_timeout_seconds);
  changed |= Set(&record->vlans, flow.vlans);
  changed |= Set(&record->vlan_count, flow.vlan_count);
  changed |= Set(&record->carriers, flow.carriers);
  changed |= Set(&record->icmp_type, flow.icmp_type);
  changed |= Set(&record->icmp_code, flow.icmp_code);
  changed |= Set(&record->arp_operation, flow.arp_operation);
  changed |= Set(&record->igmp_type, flow.igmp_type);
  return changed;
}

void ConnectionTable::RetryOwners(const TickInput& input) {
  if (input.attribution == nullptr) return;
  std::vector<Retry> due;
  while (!retries_.empty() && retries_.top().due <= input.now) {
    due.push_back(retries_.top());
    retries_.pop();
  }
  struct Answer {
    RowIndex row;
    Owner owner;
    std::optional<Owner> peer;
  };
  std::vector<Answer> answers;
  for (const Retry& retry : due) {
    const Record* record = records_.Find(retry.row);
    if (record == nullptr || record->id != retry.id || record->historic) continue;
    const Duration age = input.now - record->first;
    const uint64_t netns = around_.handles[record->key.handle].netns;
    Answer answer{
        retry.row, input.attribution->Find(TupleOf(record->key, record->local, netns), age), {}};
    if (record->peer) {
      answer.peer = input.attribution->Find(TupleOf(record->key, record->remote(), netns), age);
    }
    const bool changed = !SameParty(record->party, answer.owner) ||
                         (record->peer && !SameParty(*record->peer, *answer.peer));
    if (WorthRetrying(answer.owner) || (answer.peer && WorthRetrying(*answer.peer))) {
      // The next tick is the earliest.
      retries_.push({input.now + std::max(RetryAfter(age), kMillisecond), retry.row, retry.id});
    }
    if (changed) answers.push_back(std::move(answer));
  }
  for (size_t start = 0; start < answers.size(); start += kSlice) {
    const absl::MutexLock lock(&mutex_);
    for (size_t i = start; i < std::min(start + kSlice, answers.size()); ++i) {
      Record& record = records_.at(answers[i].row);
      SetParty(&record.party, std::move(answers[i].owner));
      if (record.peer) SetParty(record.peer.get(), std::move(*answers[i].peer));
      Publish(answers[i].row, true, record.numbers, true);
    }
  }
}

// The row stays for a while, as history.
void ConnectionTable::Close(RowIndex row, const TickInput& input) {
  Record& record = records_.at(row);
  by_flow_.erase(uint64_t{record.worker} << 56 ^ record.flow);
  const model::Numbers before = record.numbers;
  record.historic = true;
  record.numbers.send_rate = 0;
  record.numbers.receive_rate = 0;
  closed_.emplace_back(input.now, row);
  Publish(row, true, before, true);
}

void ConnectionTable::Drop(RowIndex row) {
  for (const auto& access : classes_) Unpublish(access.get(), row);
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
    const Record& record = records_.at(row);
    if (record.moved + 60 * kSecond < input.now) return std::nullopt;
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
