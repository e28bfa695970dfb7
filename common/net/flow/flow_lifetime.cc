// SPDX-License-Identifier: Apache-2.0
// Birth and end of flows: generations of one tuple, timeouts, and who has to go when there is no
// more room.
#include <algorithm>
#include <tuple>
#include <utility>

#include "common/net/flow/flow_table_impl.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kSynAck = tcp_flag::kSyn | tcp_flag::kAck;

}  // namespace

// A SYN on a tuple that is closing is a new connection, unless it has the number of the old one:
// then it was captured late or twice, or is sent again after it was refused.  A SYN amid an open
// connection ends nothing (RFC 9293 section 3.10.7.4: it is challenged); if the other side accepts
// it all the same, its SYN-ACK is the proof, and begins the new flow.
bool FlowTable::Impl::BeginsAnew(const Packet& packet, const Flow& flow) const {
  if (!flow.is_tcp() || packet.fragment || (packet.tcp.flags & tcp_flag::kSyn) == 0) return false;
  const Direction direction = static_cast<Direction>(packet.from ^ flow.initiator);
  const TcpSide& mine = flow.analysis().side[static_cast<size_t>(direction)];
  const TcpSide& other = flow.analysis().side[static_cast<size_t>(Opposite(direction))];
  if (mine.syn && mine.first == packet.tcp.seq) return false;
  if ((packet.tcp.flags & tcp_flag::kAck) == 0) return flow.seen.closing();
  const bool accepts = other.syn && packet.tcp.ack == other.first + 1;
  const TcpState sender = direction == Direction::kForward ? flow.tcp : flow.tcp_peer;
  return accepts ? other.another && sender == TcpState::kEstablished : flow.seen.closing();
}

uint32_t FlowTable::Impl::Create(const Packet& packet, uint32_t hash) {
  if (index_.size() >= options_.capacity) MakeRoom();
  const uint32_t number = flows_.Take();
  Flow& flow = flows_[number];
  flow.id = ++last_id_;
  flow.ended = false;
  flow.key = packet.key;
  // Whoever answers a SYN did not begin.
  const bool answer = flow.is_tcp() && !packet.fragment && (packet.tcp.flags & kSynAck) == kSynAck;
  flow.initiator = (packet.from ^ (answer ? 1 : 0)) & 1;
  flow.local_began = packet.outgoing && !answer;
  flow.first = packet.time;
  flow.depth = packet.depth;
  flow.vlans = packet.vlans;
  flow.vlan_count = packet.vlan_count;
  flow.carriers = packet.carriers;
  flow.carrier_id = packet.carrier_id;
  flow.touched = tick_;
  flow.decided = !options_.dissect;
  if (flow.is_tcp()) flow.state = TcpAnalysis();
  index_.Insert(hash, number);
  ++counters_.flows_created;
  flow.timeout_seconds = flow.is_tcp() ? TcpTimeoutSeconds(flow.tcp, flow.tcp_peer, flow.patience)
                                       : TimeoutSeconds(flow.key.protocol, flow.patience, 0);
  if (options_.expire) wheel_.Arm(number, DueSecond(flow));
  return number;
}

void FlowTable::Impl::End(uint32_t number) {
  Flow& flow = flows_[number];
  if (flow.learnt != nullptr && flow.learnt->dissection != nullptr) {
    flow.learnt->dissection->Flush(now_);
    if (flow.learnt->dissection->TakeNews()) flow.news = true;
    EndDissection(&flow);
    CopyCounters();
  }
  if (flow.rate != kNoNumber) {
    const uint32_t rate = std::exchange(flow.rate, kNoNumber);
    rates_.Give(rate);
    if (rate != rates_.size()) flows_[rates_[rate].flow].rate = rate;
  }
  index_.Remove(KeyedHash(flow.key, options_.hash_seed), number);
  if (options_.expire) wheel_.Disarm(number);
  flow.ended = true;
  if (!flow.changed) MarkChanged(number);
  ++ended_;
  // Nobody takes: the end of a flow is not worth unbounded memory.
  if (ended_ > options_.capacity) {
    ++counters_.ends_unreported;
    Release(number);
  }
}

// REQUIRES: ended.
void FlowTable::Impl::Release(uint32_t number) {
  const Links links = flows_[number].change;
  (links.previous == kNoNumber ? changes_.previous : flows_[links.previous].change.next) =
      links.next;
  (links.next == kNoNumber ? changes_.next : flows_[links.next].change.previous) = links.previous;
  flows_[number] = Flow();
  flows_[number].ended = true;  // a look-up that still has its number must not take it
  flows_.Give(number);
  --ended_;
  --changed_;
}

// A flow is born with a list of the oldest at hand, which is made anew when it is used up: those
// that were touched since it was made are passed over, so it is always the oldest of all that goes,
// and one flow costs sixteen looks.
void FlowTable::Impl::MakeRoom() {
  for (;;) {
    while (oldest_at_ < oldest_.size()) {
      const Seen& seen = oldest_[oldest_at_++];
      const Flow& flow = flows_[seen.number];
      if (flow.id != seen.id || flow.ended || flow.touched != seen.touched ||
          flow.last != seen.last) {
        continue;
      }
      End(seen.number);
      ++counters_.flows_evicted;
      return;
    }
    FindOldest();
  }
}

void FlowTable::Impl::FindOldest() {
  constexpr size_t kShare = 16;
  const size_t wanted = std::max<size_t>(1, index_.size() / kShare);
  const auto older = [](const Seen& a, const Seen& b) {
    return std::tie(a.touched, a.last, a.id) < std::tie(b.touched, b.last, b.id);
  };
  oldest_.clear();
  oldest_at_ = 0;
  const auto keep_oldest = [&] {
    const auto middle = oldest_.begin() + static_cast<ptrdiff_t>(wanted);
    std::nth_element(oldest_.begin(), middle, oldest_.end(), older);
    oldest_.erase(middle, oldest_.end());
  };
  for (uint32_t number = 0; number < flows_.end(); ++number) {
    const Flow& flow = flows_[number];
    if (flow.id == 0 || flow.ended) continue;
    oldest_.push_back({flow.touched, number, flow.last, flow.id});
    if (oldest_.size() >= wanted * 2) keep_oldest();
  }
  if (oldest_.size() > wanted) keep_oldest();
  std::sort(oldest_.begin(), oldest_.end(), older);
}

uint32_t FlowTable::Impl::DueSecond(const Flow& flow) const {
  const uint32_t silent = tick_ - flow.touched;
  uint32_t seconds = flow.timeout_seconds;
  if (!flow.decided && silent < kSilenceSeconds * kTicksPerSecond) {
    seconds = std::min<uint32_t>(seconds, kSilenceSeconds);
  }
  if (flow.stage == Stage::kQuicDraining && silent < kQuicDrainingSeconds * kTicksPerSecond) {
    seconds = std::min<uint32_t>(seconds, kQuicDrainingSeconds);
  }
  if (flow.key.protocol == Protocol::kUdp) {
    // Its state ages in two steps before it ends.
    for (const uint16_t step : {kUdpStaleSeconds, kUdpIdleSeconds}) {
      if (silent < step * kTicksPerSecond) seconds = std::min<uint32_t>(seconds, step);
    }
  }
  const uint32_t left = seconds * kTicksPerSecond - std::min(silent, seconds * kTicksPerSecond);
  return (tick_ + left) / kTicksPerSecond + 1;
}

void FlowTable::Impl::RenewTimeout(uint32_t number) {
  Flow& flow = flows_[number];
  const uint16_t idle_seconds = flow.learnt != nullptr ? flow.learnt->idle_seconds : uint16_t{0};
  const uint16_t seconds = flow.is_tcp()
                               ? TcpTimeoutSeconds(flow.tcp, flow.tcp_peer, flow.patience)
                               : TimeoutSeconds(flow.key.protocol, flow.patience, idle_seconds);
  if (seconds == flow.timeout_seconds) return;
  flow.timeout_seconds = seconds;
  // A later end is found when the timer is looked at; an earlier one needs an earlier look.
  const bool earlier = static_cast<int32_t>(DueSecond(flow) - flow.due) < 0;
  if (!options_.expire || !earlier) return;
  wheel_.Disarm(number);
  wheel_.Arm(number, DueSecond(flow));
}

// A dissection is larger than its flow: one that waits for nothing in particular is given up.
void FlowTable::Impl::OnSilence(uint32_t number) {
  Flow& flow = flows_[number];
  if (flow.learnt == nullptr || flow.learnt->dissection == nullptr) return;
  Dissection& dissection = *flow.learnt->dissection;
  dissection.OnSilence(now_);
  if (dissection.TakeNews()) {
    flow.news = true;
    if (!flow.changed) MarkChanged(number);
  }
  if (!dissection.wants_more()) EndDissection(&flow);
  CopyCounters();
}

void FlowTable::Impl::OnTimer(uint32_t number) {
  Flow& flow = flows_[number];
  const uint32_t silent = tick_ - flow.touched;
  const bool ends = silent >= uint32_t{flow.timeout_seconds} * kTicksPerSecond;
  if (!ends && silent >= kSilenceSeconds * kTicksPerSecond) OnSilence(number);
  // Drained, or its endpoints' own timeout has passed (RFC 9000 section 10).
  const bool over = ends || (flow.stage == Stage::kQuicDraining &&
                             silent >= uint32_t{kQuicDrainingSeconds} * kTicksPerSecond);
  const bool closes = over && IsQuic(flow.stage) && flow.stage != Stage::kQuicClosed;
  if (closes) flow.stage = Stage::kQuicClosed;
  const bool aged =
      flow.key.protocol == Protocol::kUdp && silent >= uint32_t{kUdpIdleSeconds} * kTicksPerSecond;
  wheel_.Arm(number, DueSecond(flow));
  if (ends) {
    End(number);
  } else if ((aged || closes) && !flow.changed) {
    MarkChanged(number);
  }
}

void FlowTable::Impl::AdvanceTo(Time now) {
  if (!started_) {
    started_ = true;
    origin_ = now - now % kTickLength;
  }
  if (now < now_) return;
  now_ = now;
  const Time ticks = (now - origin_) / kTickLength;
  tick_ = static_cast<uint32_t>(ticks);  // may wrap, after 34 years: differences stay right
  tick_end_ = origin_ + (ticks + 1) * kTickLength;
  if (options_.expire && tick_ / kTicksPerSecond != wheel_.second()) {
    wheel_.RunTo(tick_ / kTicksPerSecond, [this](uint32_t number) { OnTimer(number); });
  }
}

void FlowTable::Impl::Advance(Time now) { AdvanceTo(now); }

void FlowTable::Impl::Clear() {
  // Dissections give back to the budget; so flows go before it is looked at again.
  flows_.Clear();
  index_.Clear();
  dissection_.quic_ids.Clear();
  wheel_.Clear();
  rates_.Clear();
  dissection_.expectations.Clear();
  changes_ = {};
  changed_ = 0;
  ended_ = 0;
  oldest_.clear();
  oldest_at_ = 0;
}

}  // namespace rustnet::net
