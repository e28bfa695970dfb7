// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/dissection.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace rustnet::net {

// Hands one direction's bytes to the inspection.
class Dissection::Reader : public StreamReader {
 public:
  Reader(Inspection* inspection, Direction direction, const Moment& moment)
      : inspection_(inspection), direction_(direction), moment_(moment) {}
  void OnData(Bytes bytes) override { inspection_->OnData(direction_, bytes, moment_); }
  void OnGap(uint64_t lost) override { inspection_->OnGap(direction_, lost); }
  bool wants_more() const override { return inspection_->wants_more(); }

 private:
  Inspection* inspection_;
  Direction direction_;
  const Moment& moment_;
};

namespace {

// Whose dissectors are asked.
Protocol ReadAs(Protocol transport) {
  return transport == Protocol::kSctp ? Protocol::kTcp : transport;
}

}  // namespace

Dissection::Dissection(const FlowKey& key, uint8_t initiator, DissectionContext* context,
                       const Misses& misses, const Dissector* expected)
    : key_(key),
      initiator_(initiator),
      context_(context),
      inspection_(ReadAs(key.protocol), key.port[initiator], key.port[initiator ^ 1],
                  &context->limits, &context->counters, misses) {
  inspection_.Expect(expected);
  Charge();
}

Dissection::~Dissection() {
  for (Stream& stream : stream_) stream.Drop(&context_->budget);
  context_->memory -= charged_;
}

void Dissection::Charge() {
  const size_t now = sizeof(Dissection) + inspection_.memory();
  context_->memory += now - charged_;  // modulo 2^64: right also where it shrank
  if (now > charged_ && context_->memory > context_->memory_limit) starved_ = true;
  charged_ = now;
}

void Dissection::Begin(Direction direction, uint32_t sequence) {
  stream_[static_cast<size_t>(direction)].Begin(sequence);
}

Moment Dissection::MomentOf(Direction direction, Time now) const {
  const size_t from = initiator_ ^ static_cast<size_t>(direction);
  return {.time = now,
          .source = key_.ip(from),
          .destination = key_.ip(from ^ 1),
          .source_port = key_.port[from],
          .destination_port = key_.port[from ^ 1],
          .knowledge = context_->knowledge,
          .expectations = &context_->expectations,

          .quic_ids = &context_->quic_ids};
}

void Dissection::Add(const Packet& packet, Direction direction) {
  if (packet.key.protocol == Protocol::kTcp) {
    AddSegment(packet, direction);
  } else if (packet.key.protocol == Protocol::kSctp) {
    AddChunks(packet, direction);
  } else if (!packet.payload.empty()) {
    inspection_.OnData(direction, packet.payload, MomentOf(direction, packet.time));
  }
  Charge();
}

void Dissection::AddSegment(const Packet& packet, Direction direction) {
  Stream& mine = stream_[static_cast<size_t>(direction)];
  Stream& other = stream_[static_cast<size_t>(Opposite(direction))];
  StreamBudget* budget = &context_->budget;
  if (packet.payload_bytes > 0) {
    const bool syn = (packet.tcp.flags & tcp_flag::kSyn) != 0;
    const uint32_t sequence = packet.tcp.seq + (syn ? 1 : 0);
    if (!mine.begun()) mine.Begin(sequence);
    const Moment moment = MomentOf(direction, packet.time);
    Reader reader(&inspection_, direction, moment);
    mine.Add(sequence, packet.payload, packet.payload_bytes, packet.time, budget, &reader);
  }
  if ((packet.tcp.flags & tcp_flag::kAck) != 0) other.OnAck(packet.tcp.ack);
  for (const Direction held : {direction, Opposite(direction)}) {
    Stream& stream = stream_[static_cast<size_t>(held)];
    if (!stream.waiting()) continue;
    const Moment moment = MomentOf(held, packet.time);
    Reader reader(&inspection_, held, moment);
    stream.Review(packet.time, budget, &reader);
  }
}

void Dissection::AddChunks(const Packet& packet, Direction direction) {
  ByteReader chunks(packet.payload);
  const Moment moment = MomentOf(direction, packet.time);
  while (const std::optional<SctpData> found = NextSctpData(&chunks)) {
    const SctpOrder::Place place = sctp_[static_cast<size_t>(direction)].Take(*found);
    if (place == SctpOrder::Place::kOther) continue;
    if (place == SctpOrder::Place::kBehind) {
      ++context_->budget.gaps;
      inspection_.OnGap(direction, 1);  // how many bytes is not known
    }
    inspection_.OnData(direction, found->data, moment);
  }
}

void Dissection::Flush(Time now) {
  for (const Direction direction : {Direction::kForward, Direction::kBackward}) {
    const Moment moment = MomentOf(direction, now);
    Reader reader(&inspection_, direction, moment);
    stream_[static_cast<size_t>(direction)].Flush(&context_->budget, &reader);
  }
}

void Dissection::OnSilence(Time now) {
  Flush(now);
  inspection_.OnSilence();
  Charge();
}

bool Dissection::TakeNews() {
  return std::exchange(revision_, inspection_.revision()) != revision_;
}

std::shared_ptr<const ApplicationFacts> Dissection::Facts() const {
  if (inspection_.protocols().empty()) return nullptr;
  auto facts = std::make_shared<ApplicationFacts>();
  facts->protocols.assign(inspection_.protocols().begin(), inspection_.protocols().end());
  facts->evidence = inspection_.evidence();
  facts->SetValues(inspection_.facts().All());
  return facts;
}

void ApplicationFacts::SetValues(std::span<const Fact> facts) {
  size_t size = 0;
  for (const Fact& fact : facts) size += fact.value.size();
  texts = std::make_unique_for_overwrite<char[]>(size);
  values.reserve(facts.size());
  char* at = texts.get();
  for (const Fact& fact : facts) {
    values.push_back({fact.field, {at, fact.value.size()}});
    at = std::copy(fact.value.begin(), fact.value.end(), at);
  }
}

}  // namespace rustnet::net
