// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/flow_table.h"

#include <algorithm>
#include <array>

#include "common/net/flow/flow_table_impl.h"

namespace rustnet::net {
namespace {

// Look-ups whose memory is fetched side by side: more would outrun the core's line fill buffers.
constexpr size_t kGroup = 16;

constexpr size_t kLine = 64;

void PrefetchFlow(const Flow& flow, bool tcp) {
  const auto line = [&flow](size_t i) {
    __builtin_prefetch(reinterpret_cast<const char*>(&flow) + i * kLine, 1);
  };
  line(0);
  line(1);
  line(2);
  if (!tcp) return;
  line(3);
  line(4);
}

}  // namespace

FlowTable::FlowTable(const FlowOptions& options) : impl_(std::make_unique<Impl>(options)) {}
FlowTable::~FlowTable() = default;
void FlowTable::Add(std::span<const Packet> batch) { impl_->Add(batch); }
void FlowTable::Advance(Time now) { impl_->Advance(now); }
void FlowTable::TakeChanges(Time now, std::vector<FlowView>* out) { impl_->TakeChanges(now, out); }
void FlowTable::Finish() { impl_->Finish(); }
void FlowTable::ForEach(Time now, void (*visit)(const FlowView&, void* context),
                        void* context) const {
  impl_->ForEach(now, visit, context);
}
void FlowTable::Clear() { impl_->Clear(); }
size_t FlowTable::size() const { return impl_->size(); }
const FlowCounters& FlowTable::counters() const { return impl_->counters(); }

FlowTable::Impl::Impl(const FlowOptions& options) : options_(options), wheel_(&flows_) {
  options_.capacity = std::clamp(options_.capacity, 1U, kNoNumber / 2 - 1);
  dissection_.limits = options_.inspection;
  dissection_.budget.per_direction = options_.held_bytes_per_direction;
  dissection_.budget.total = options_.held_bytes_total;
  dissection_.knowledge = options_.knowledge;
}

void FlowTable::Impl::Add(std::span<const Packet> batch) {
  while (!batch.empty()) {
    const size_t size = std::min(batch.size(), kGroup);
    AddGroup(batch.first(size));
    batch = batch.subspan(size);
  }
}

void FlowTable::Impl::AddGroup(std::span<const Packet> packets) {
  std::array<uint32_t, kGroup> hashes;
  for (size_t i = 0; i < packets.size(); ++i) {
    hashes[i] = KeyedHash(packets[i].key, options_.hash_seed);
    index_.Prefetch(hashes[i]);
  }
  for (size_t i = 0; i < packets.size(); ++i) {
    const uint32_t guess = index_.Guess(hashes[i]);
    if (guess == kNoNumber) continue;
    PrefetchFlow(flows_[guess], packets[i].key.protocol == Protocol::kTcp);
  }
  for (size_t i = 0; i < packets.size(); ++i) AddOne(packets[i], hashes[i]);
}

void FlowTable::Impl::AddOne(const Packet& packet, uint32_t hash) {
  ++counters_.packets;
  if (packet.time >= tick_end_) AdvanceTo(packet.time);
  now_ = std::max(now_, packet.time);
  uint32_t number =
      index_.Find(hash, [&](uint32_t candidate) { return flows_[candidate].key == packet.key; });
  if (number != kNoNumber && BeginsAnew(packet, flows_[number])) {
    End(number);
    number = kNoNumber;
  }
  if (number == kNoNumber) number = Create(packet, hash);
  const auto direction = static_cast<Direction>(packet.from ^ flows_[number].initiator);
  Count(packet, number, direction);
  if (packet.fragment) return;
  if (packet.key.protocol == Protocol::kTcp) {
    AddTcp(packet, number, direction);
  } else {
    AddDatagram(packet, number, direction);
  }
}

void FlowTable::Impl::Count(const Packet& packet, uint32_t number, Direction direction) {
  Flow& flow = flows_[number];
  const auto way = static_cast<size_t>(direction);
  DirectionCounters& counters = flow.counters[way];
  if (counters.packets == 0) flow.mac[way] = packet.source_mac;
  counters.packets += 1 + packet.earlier.packets;
  counters.bytes += packet.frame_bytes + packet.earlier.frame_bytes;
  counters.ip_bytes += packet.ip_bytes + packet.earlier.ip_bytes;
  counters.payload_bytes += packet.payload_bytes;
  flow.last = packet.time;
  flow.touched = tick_;
  if (flow.rate == kNoNumber) GiveRate(number);
  rates_[flow.rate].Add(tick_, way, packet.frame_bytes);
  if (!flow.changed) MarkChanged(number);
}

void FlowTable::Impl::AddTcp(const Packet& packet, uint32_t number, Direction direction) {
  Flow& flow = flows_[number];
  const TcpHeader& header = packet.tcp;
  TcpState& sender = direction == Direction::kForward ? flow.tcp : flow.tcp_peer;
  TcpState& receiver = direction == Direction::kForward ? flow.tcp_peer : flow.tcp;
  constexpr uint8_t kMoving = tcp_flag::kSyn | tcp_flag::kFin | tcp_flag::kRst;
  const bool open = sender == TcpState::kEstablished && receiver == TcpState::kEstablished;
  if (open && (header.flags & (kMoving | tcp_flag::kAck)) == tcp_flag::kSyn &&
      IsAnotherSyn(flow.analysis(), header, direction)) {
    NoteAnotherSyn(header, direction, &flow.analysis());
    flow.seen.Add(header.flags, direction);
    return;
  }
  if (!open || (header.flags & kMoving) != 0) {
    Step({.flags = header.flags,
          .payload = packet.payload_bytes > 0,
          .acks_fin = AcksFin(flow.analysis(), header, direction),
          .rst_in_window = ResetInWindow(flow.analysis(), header, direction)},
         &sender, &receiver);
    RenewTimeout(number);
  }
  flow.seen.Add(header.flags, direction);
  if (packet.outgoing) flow.analysis().side[static_cast<size_t>(direction)].local = true;
  Analyse(header, packet.payload_bytes, packet.time, direction, &flow.analysis());
  if (!flow.decided && (flow.learnt != nullptr || packet.payload_bytes > 0)) {
    if (Dissect(packet, &flow, direction)) RenewTimeout(number);
  }
}

void FlowTable::Impl::AddDatagram(const Packet& packet, uint32_t number, Direction direction) {
  Flow& flow = flows_[number];
  flow.datagrams().icmp_type = packet.icmp.type;
  flow.datagrams().icmp_code = packet.icmp.code;
  flow.datagrams().arp_operation = packet.arp_operation;
  flow.datagrams().igmp_type = packet.igmp_type;
  const uint32_t waited_us = flow.datagrams().requests.Add(packet, direction);
  if (waited_us != 0) flow.application_rtt_us = waited_us;
  if (packet.key.protocol != Protocol::kUdp || flow.decided || packet.payload.empty()) return;
  Dissect(packet, &flow, direction);
  RenewTimeout(number);
}

// True if something was learnt.
bool FlowTable::Impl::Dissect(const Packet& packet, Flow* flow, Direction direction) {
  if (flow->learnt == nullptr) {
    flow->learnt = std::make_unique<Learnt>();
    auto dissection =
        std::make_unique<Dissection>(flow->key, uint8_t{flow->initiator}, &dissection_);
    for (const Direction side : {Direction::kForward, Direction::kBackward}) {
      if (!flow->is_tcp()) break;
      const TcpSide& tcp = flow->analysis().side[static_cast<size_t>(side)];
      if (tcp.syn) dissection->Begin(side, tcp.first + 1);
    }
    flow->learnt->dissection = std::move(dissection);
  }
  Dissection& dissection = *flow->learnt->dissection;
  dissection.Add(packet, direction);
  const bool learnt = dissection.TakeNews();
  if (learnt) {
    flow->news = true;
    flow->patience = PatienceOf(dissection.protocols());
  }
  counters_.facts_dropped = dissection_.counters.facts_dropped;
  counters_.prefix_bytes_dropped = dissection_.counters.opening_bytes_dropped;
  counters_.stream_gaps = dissection_.budget.gaps;
  if (!dissection.wants_more()) EndDissection(flow);
  return learnt;
}

// What was learnt stays; what reads goes.
void FlowTable::Impl::EndDissection(Flow* flow) {
  flow->decided = true;
  if (flow->news) flow->learnt->facts = flow->learnt->dissection->Facts();
  flow->news = false;
  flow->learnt->dissection.reset();
  if (flow->learnt->facts == nullptr) flow->learnt.reset();
}

}  // namespace rustnet::net
