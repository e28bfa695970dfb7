// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/flow_table.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>

#include "common/base/byte_reader.h"
#include "common/net/dpi/quic_fields.h"
#include "common/net/dpi/tls_hello.h"
#include "common/net/flow/flow_table_impl.h"

namespace rustnet::net {
namespace {

// Look-ups whose memory is fetched side by side: more would outrun the core's line fill buffers.
constexpr size_t kGroup = 16;

// What a packet without sequence numbers is known by on another interface; addresses, ports and
// the id of an echo may be translated on the way.  Never 0.
uint32_t MarkOf(const Packet& packet) {
  ByteReader reader(packet.payload.first(std::min<size_t>(packet.payload.size(), 16)));
  uint64_t hash =
      MixHash(packet.ip_bytes, uint64_t{packet.icmp.type} << 32 | uint64_t{packet.icmp.code} << 16 |
                                   packet.icmp.sequence);
  while (reader.size() >= 8) hash = MixHash(hash, reader.U64());
  while (!reader.empty()) hash = MixHash(hash, reader.U8());
  return static_cast<uint32_t>(hash) | 1U;
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
Expectations* FlowTable::expectations() { return impl_->expectations(); }
size_t FlowTable::size() const { return impl_->size(); }
const FlowCounters& FlowTable::counters() const { return impl_->counters(); }

FlowTable::Impl::Impl(const FlowOptions& options) : options_(options), wheel_(&flows_) {
  options_.capacity = std::clamp(options_.capacity, 1U, kNoNumber / 2 - 1);
  dissection_.limits = options_.inspection;
  dissection_.budget.per_direction = options_.held_bytes_per_direction;
  dissection_.budget.total = options_.held_bytes_total;
  dissection_.memory_limit = options_.dissection_bytes_total;
  dissection_.knowledge = options_.knowledge;
  dissection_.quic_ids = QuicIds(options_.hash_seed);
}

void FlowTable::Impl::Add(std::span<const Packet> batch) {
  while (!batch.empty()) {
    const size_t size = std::min(batch.size(), kGroup);
    AddGroup(batch.first(size));
    batch = batch.subspan(size);
  }
}

void FlowTable::Impl::AddGroup(std::span<const Packet> packets) {
  std::array<Guess, kGroup> guesses;
  for (size_t i = 0; i < packets.size(); ++i) {
    guesses[i].hash = KeyedHash(packets[i].key, options_.hash_seed);
    index_.Prefetch(guesses[i].hash);
  }
  for (size_t i = 0; i < packets.size(); ++i) {
    Guess& guess = guesses[i];
    guess.number = index_.FirstWith(guess.hash);
    guess.flow = guess.number == kNoNumber ? nullptr : &flows_[guess.number];
    if (guess.flow != nullptr) PrefetchFlow(*guess.flow);
  }
  for (size_t i = 0; i < packets.size(); ++i) {
    const Flow* flow = guesses[i].flow;
    if (flow != nullptr && flow->rate != kNoNumber) __builtin_prefetch(&rates_[flow->rate], 1);
  }
  for (size_t i = 0; i < packets.size(); ++i) AddOne(packets[i], guesses[i]);
  counters_.packets += packets.size();
}

void FlowTable::Impl::AddOne(const Packet& packet, Guess guess) {
  if (packet.time > now_) {
    if (packet.time >= tick_end_) AdvanceTo(packet.time);
    now_ = packet.time;
  }
  const uint32_t number = FlowOf(packet, guess);
  Flow& flow = number == guess.number ? *guess.flow : flows_[number];
  const auto direction = static_cast<Direction>(packet.from ^ flow.initiator);
  Count(packet, number, direction, &flow);
  if (packet.fragment) {
    if (!flow.is_tcp()) {
      if (!packet.payload.empty()) ReadDatagram(packet, number, direction, &flow);
      return;
    }
    AddTcpFragment(packet.payload_bytes, direction, &flow.analysis());
    if (flow.decided || packet.payload.empty()) return;
    if (Dissect(packet, &flow, direction)) RenewTimeout(number);
    return;
  }
  if (flow.is_tcp()) {
    AddTcp(packet, number, direction, &flow);
  } else {
    AddDatagram(packet, number, direction, &flow);
  }
}

// The flow of the packet, new or known.  What was guessed for the prefetch is nearly always right,
// but packets of the same group may have ended that flow.
uint32_t FlowTable::Impl::FlowOf(const Packet& packet, const Guess& guess) {
  uint32_t number = guess.number;
  if (guess.flow == nullptr || guess.flow->ended || !SameKey(guess.flow->key, packet.key)) {
    number = index_.Find(
        guess.hash, [&](uint32_t candidate) { return SameKey(flows_[candidate].key, packet.key); });
    if (number == kNoNumber) return Create(packet, guess.hash);
  }
  if ((packet.tcp.flags & tcp_flag::kSyn) == 0 || !BeginsAnew(packet, flows_[number])) {
    return number;
  }
  End(number);
  return Create(packet, guess.hash);
}

void FlowTable::Impl::Count(const Packet& packet, uint32_t number, Direction direction,
                            Flow* flow) {
  const auto way = static_cast<size_t>(direction);
  DirectionCounters& counters = flow->counters[way];
  if (counters.packets == 0) flow->mac[way] = packet.source_mac;
  counters.packets += 1;
  counters.bytes += packet.frame_bytes;
  counters.ip_bytes += packet.ip_bytes;
  counters.payload_bytes += packet.payload_bytes;
  if (packet.earlier.packets != 0) {
    counters.packets += packet.earlier.packets;
    counters.bytes += packet.earlier.frame_bytes;
    counters.ip_bytes += packet.earlier.ip_bytes;
    counters.payload_bytes += packet.earlier.payload_bytes;
  }
  flow->last = packet.time;
  flow->touched = tick_;
  if (flow->rate == kNoNumber) GiveRate(number);
  rates_[flow->rate].Add(tick_, way, packet.frame_bytes);
  if (!flow->changed) MarkChanged(number);
}

void FlowTable::Impl::AddTcp(const Packet& packet, uint32_t number, Direction direction,
                             Flow* flow) {
  const TcpHeader& header = packet.tcp;
  TcpAnalysis* analysis = &flow->analysis();
  constexpr uint8_t kMoving = tcp_flag::kSyn | tcp_flag::kFin | tcp_flag::kRst;
  const bool open = flow->tcp == TcpState::kEstablished && flow->tcp_peer == TcpState::kEstablished;
  if (!open || (header.flags & kMoving) != 0) {
    if (!MoveTcp(packet, direction, flow)) return;
    RenewTimeout(number);
  }
  flow->seen.Add(header.flags, direction);
  TcpSide& side = analysis->side[static_cast<size_t>(direction)];
  if (packet.outgoing && !side.local) side.local = true;
  Analyse(header, packet.payload_bytes, packet.time, direction, analysis);
  if (packet.earlier.packets != 0) {
    AddTcpFragment(static_cast<uint32_t>(packet.earlier.payload_bytes), direction, analysis);
  }
  if (flow->decided || (flow->learnt == nullptr && packet.payload_bytes == 0)) return;
  if (Dissect(packet, flow, direction)) RenewTimeout(number);
}

// The states of both endpoints.  False if the packet is none of this connection: a SYN that would
// begin another, if it is accepted.
bool FlowTable::Impl::MoveTcp(const Packet& packet, Direction direction, Flow* flow) {
  const TcpHeader& header = packet.tcp;
  TcpAnalysis* analysis = &flow->analysis();
  TcpState& sender = direction == Direction::kForward ? flow->tcp : flow->tcp_peer;
  TcpState& receiver = direction == Direction::kForward ? flow->tcp_peer : flow->tcp;
  const bool syn =
      (header.flags & (tcp_flag::kSyn | tcp_flag::kAck | tcp_flag::kRst)) == tcp_flag::kSyn;
  if (syn && sender == TcpState::kEstablished && receiver == TcpState::kEstablished &&
      IsAnotherSyn(*analysis, header, direction)) {
    NoteAnotherSyn(header, direction, analysis);
    flow->seen.Add(header.flags, direction);
    return false;
  }
  if (syn && sender == TcpState::kReset) sender = receiver = TcpState::kNone;  // tried again
  Step({.flags = header.flags,
        .payload = packet.payload_bytes > 0,
        .acks_fin = AcksFin(*analysis, header, direction),
        .rst_in_window = ResetInWindow(*analysis, header, direction)},
       &sender, &receiver);
  return true;
}

void FlowTable::Impl::AddDatagram(const Packet& packet, uint32_t number, Direction direction,
                                  Flow* flow) {
  Datagrams& datagrams = flow->datagrams();
  uint32_t& mark = datagrams.mark[static_cast<size_t>(direction)];
  if (mark == 0) mark = MarkOf(packet);
  datagrams.icmp_type = packet.icmp.type;
  datagrams.icmp_code = packet.icmp.code;
  datagrams.arp_operation = packet.arp_operation;
  datagrams.igmp_type = packet.igmp_type;
  ReadDatagram(packet, number, direction, flow);
}

// The payload of a datagram: in one packet, or in the fragment that made it whole.
void FlowTable::Impl::ReadDatagram(const Packet& packet, uint32_t number, Direction direction,
                                   Flow* flow) {
  Datagrams& datagrams = flow->datagrams();
  const uint32_t waited_us = datagrams.requests.Add(packet, direction);
  if (waited_us != 0) datagrams.application_rtt_us = waited_us;
  const bool read = packet.key.protocol == Protocol::kUdp || packet.key.protocol == Protocol::kSctp;
  if (!read || flow->decided || packet.payload.empty()) return;
  Dissect(packet, flow, direction);
  RenewTimeout(number);
}

// Counts the packet as a miss and returns true if no dissector knows it.  Only where it is the next
// of its direction: what was overtaken on the way is put in order first.
bool FlowTable::Impl::NobodyKnows(const Packet& packet, Flow* flow, Direction direction) {
  const auto way = static_cast<size_t>(direction);
  if (packet.fragment || packet.payload.empty()) return false;
  if (flow->key.protocol == Protocol::kSctp) {  // data is between other chunks
    ByteReader chunks(packet.payload);
    return !NextSctpData(&chunks);
  }
  if (flow->is_tcp() && flow->misses[way] == 0) {
    const TcpSide& tcp = flow->analysis().side[way];
    if (tcp.syn && packet.tcp.seq != tcp.first + 1) return false;
  }
  const FlowKey& key = flow->key;
  const uint8_t client = flow->initiator;
  const bool asked = flow->misses[way] < dissection_.limits.opening_packets;
  if (asked && AnybodyKnows(key.protocol, key.port[client], key.port[client ^ 1], packet.payload)) {
    return false;
  }
  ++flow->misses[way];
  if (!Hopeless({flow->misses[0], flow->misses[1]}, dissection_.limits)) return true;
  ++dissection_.counters.hopeless;
  flow->decided = true;
  return true;
}

void FlowTable::Impl::BeginDissection(const Dissector* expected, Flow* flow) {
  flow->learnt = std::make_unique<Learnt>();
  auto dissection =
      std::make_unique<Dissection>(flow->key, uint8_t{flow->initiator}, &dissection_,
                                   Misses{flow->misses[0], flow->misses[1]}, expected);
  for (const Direction side : {Direction::kForward, Direction::kBackward}) {
    if (!flow->is_tcp()) break;
    const auto way = static_cast<size_t>(side);
    const TcpSide& tcp = flow->analysis().side[way];
    if (tcp.syn && flow->misses[way] == 0) dissection->Begin(side, tcp.first + 1);
  }
  flow->learnt->dissection = std::move(dissection);
}

// A datagram of a QUIC connection that began between other addresses: its flow is named by that
// and decided, since more cannot be read.
bool FlowTable::Impl::KnownById(const Packet& packet, Flow* flow) {
  if (flow->key.protocol != Protocol::kUdp) return false;
  const QuicIds::Connection* connection = dissection_.quic_ids.Find(packet.payload);
  if (connection == nullptr) return false;
  static const Dissector* const quic = FindDissector("quic");
  auto facts = std::make_shared<ApplicationFacts>();
  facts->protocols = {quic};
  facts->evidence = Evidence::kSignature;
  std::vector<Fact> found;
  const auto add = [&](const Field& field, std::string_view text) {
    if (!text.empty()) found.push_back({&field, text});
  };
  add(kQuicVersion, connection->version);
  add(kSni, connection->sni);
  add(kAlpn, connection->alpn);
  facts->SetValues(found);
  const Standing standing{Stage::kQuicConnected, connection->idle_timeout_ms};
  flow->learnt = std::make_unique<Learnt>();
  flow->learnt->facts = std::move(facts);
  flow->learnt->idle_seconds = IdleSeconds(standing);
  flow->stage = standing.stage;
  flow->patience = PatienceOf(flow->learnt->facts->protocols, standing.stage);
  flow->decided = true;
  return true;
}

// True if something was learnt.
bool FlowTable::Impl::Dissect(const Packet& packet, Flow* flow, Direction direction) {
  if (flow->learnt == nullptr) {
    if (KnownById(packet, flow)) return true;
    const Dissector* expected = dissection_.expectations.Find(flow->key, packet.time);
    if (expected == nullptr && NobodyKnows(packet, flow, direction)) return false;
    BeginDissection(expected, flow);
  }
  Dissection& dissection = *flow->learnt->dissection;
  dissection.Add(packet, direction);
  const bool learnt = dissection.TakeNews();
  if (learnt) {
    flow->news = true;
    const Standing& standing = dissection.standing();
    flow->stage = standing.stage;
    flow->learnt->idle_seconds = IdleSeconds(standing);
    flow->patience = PatienceOf(dissection.protocols(), standing.stage);
  }
  CopyCounters();
  if (dissection.starved()) ++counters_.dissections_dropped;
  if (!dissection.wants_more()) EndDissection(flow);
  return learnt;
}

void FlowTable::Impl::CopyCounters() {
  counters_.facts_dropped = dissection_.counters.facts_dropped + dissection_.expectations.lost() +
                            dissection_.quic_ids.forgotten();
  counters_.secrets_withheld = dissection_.counters.secrets_withheld;
  counters_.prefix_bytes_dropped = dissection_.counters.opening_bytes_dropped;
  counters_.stream_gaps = dissection_.budget.gaps;
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
