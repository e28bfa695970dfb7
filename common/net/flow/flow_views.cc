// SPDX-License-Identifier: Apache-2.0
// What the table tells: the changed flows at the tick, or all of them at the end of a file.
#include <algorithm>
#include <utility>

#include "common/net/flow/flow_table_impl.h"

namespace rustnet::net {
namespace {

UdpState StateAfter(uint32_t ticks) {
  if (ticks <= uint32_t{kUdpIdleSeconds} * kTicksPerSecond) return UdpState::kActive;
  return ticks <= uint32_t{kUdpStaleSeconds} * kTicksPerSecond ? UdpState::kIdle : UdpState::kStale;
}

// What was seen without its SYN began where its payload leads back to.
SeenSpan SpanOf(const TcpSide& side, uint64_t payload_bytes) {
  if (!side.began) return {};
  if (side.syn && !side.another) return {side.first, side.next, true};
  return {side.next - static_cast<uint32_t>(std::min<uint64_t>(payload_bytes, UINT32_MAX / 2)),
          side.next, false};
}

}  // namespace

void FlowTable::Impl::MarkChanged(uint32_t number) {
  Flow& flow = flows_[number];
  flow.changed = true;
  ++changed_;
  flow.change = {changes_.next, kNoNumber};
  if (changes_.next == kNoNumber) {
    changes_.previous = number;
  } else {
    flows_[changes_.next].change.next = number;
  }
  changes_.next = number;
}

void FlowTable::Impl::GiveRate(uint32_t number) {
  const uint32_t rate = rates_.Take();
  rates_[rate].flow = number;
  flows_[number].rate = rate;
}

// A rate that fell to zero is told, and a high one that fell by half; a rise comes with packets,
// and so does its change.
void FlowTable::Impl::ReviewRates() {
  constexpr uint64_t kHigh = 10'000;  // bytes per second
  const Duration into = now_ - (tick_end_ - kTickLength);
  for (uint32_t i = rates_.size(); i-- > 0;) {
    const RateWindow& rate = rates_[i];
    const uint32_t number = rate.flow;
    if (rate.Silent(tick_)) {
      if (rate.reported != 0 && !flows_[number].changed) MarkChanged(number);
      flows_[number].rate = kNoNumber;
      rates_.Give(i);
      if (i != rates_.size()) flows_[rates_[i].flow].rate = i;
    } else if (rate.reported >= kHigh) {
      const auto now = rate.At(tick_, into);
      if ((now[0] + now[1]) * 2 <= rate.reported && !flows_[number].changed) MarkChanged(number);
    }
  }
  rates_.Trim();
}

void FlowTable::Impl::TakeChanges(Time now, std::vector<FlowView>* out) {
  AdvanceTo(now);
  ReviewRates();
  const Duration into = now_ - (tick_end_ - kTickLength);
  out->reserve(out->size() + changed_);
  for (uint32_t number = changes_.previous; number != kNoNumber;) {
    Flow& flow = flows_[number];
    const uint32_t next = flow.change.next;
    if (next != kNoNumber) PrefetchFlow(flows_[next]);
    if (flow.news) {
      flow.learnt->facts = flow.learnt->dissection->Facts();
      flow.news = false;
    }
    out->push_back(View(flow, tick_, into));
    if (flow.rate != kNoNumber) {
      rates_[flow.rate].reported = out->back().rate[0] + out->back().rate[1];
    }
    if (flow.ended) {
      Release(number);
    } else {
      flow.changed = false;
      flow.change = {};
    }
    number = next;
  }
  changes_ = {};
  changed_ = 0;
}

void FlowTable::Impl::Finish() {
  for (uint32_t number = 0; number < flows_.end(); ++number) {
    Flow& flow = flows_[number];
    if (flow.id == 0 || flow.learnt == nullptr || flow.learnt->dissection == nullptr) continue;
    Dissection& dissection = *flow.learnt->dissection;
    dissection.Flush(now_);
    if (dissection.TakeNews()) {
      flow.news = true;
      if (!flow.changed) MarkChanged(number);
    }
    if (!dissection.wants_more()) EndDissection(&flow);
  }
  CopyCounters();
}

void FlowTable::Impl::ForEach(Time now, void (*visit)(const FlowView&, void* context),
                              void* context) const {
  now = std::max(now, now_);
  const Time since = now - origin_;
  const auto tick = static_cast<uint32_t>(since / kTickLength);
  std::vector<std::pair<uint64_t, uint32_t>> order;
  for (uint32_t number = 0; number < flows_.end(); ++number) {
    if (flows_[number].id != 0) order.emplace_back(flows_[number].id, number);
  }
  std::sort(order.begin(), order.end());
  for (const auto& [id, number] : order) {
    const Flow& flow = flows_[number];
    FlowView view = View(flow, tick, since % kTickLength);
    if (flow.news) view.application = flow.learnt->dissection->Facts();
    visit(view, context);
  }
}

FlowView FlowTable::Impl::View(const Flow& flow, uint32_t tick, Duration into) const {
  FlowView view;
  view.id = flow.id;
  view.key = flow.key;
  view.initiator = flow.initiator;
  view.worker = options_.worker;
  view.ended = flow.ended;
  view.local_began = flow.local_began;
  view.counters = flow.counters;
  view.stage = flow.stage;
  view.first = flow.first;
  view.last = flow.last;
  view.idle_timeout_seconds = flow.timeout_seconds;
  view.vlans = flow.vlans;
  view.vlan_count = flow.vlan_count;
  view.depth = flow.depth;
  view.carriers = flow.carriers;
  view.carrier_id = flow.carrier_id;
  view.mac = flow.mac;
  if (flow.rate != kNoNumber) view.rate = rates_[flow.rate].At(tick, into);
  if (flow.learnt != nullptr) view.application = flow.learnt->facts;
  if (flow.is_tcp()) {
    view.tcp = flow.tcp;
    view.tcp_peer = flow.tcp_peer;
    view.seen = flow.seen.Expand();
    view.metrics = Metrics(flow.analysis());
    for (size_t way = 0; way < 2; ++way) {
      view.span[way] = SpanOf(flow.analysis().side[way], flow.counters[way].payload_bytes);
    }
    return view;
  }
  if (flow.key.protocol == Protocol::kUdp) view.udp = StateAfter(tick - flow.touched);
  view.application_rtt_us = flow.datagrams().application_rtt_us;
  view.icmp_type = flow.datagrams().icmp_type;
  view.icmp_code = flow.datagrams().icmp_code;
  view.arp_operation = flow.datagrams().arp_operation;
  view.igmp_type = flow.datagrams().igmp_type;
  for (size_t way = 0; way < 2; ++way) view.span[way].begin = flow.datagrams().mark[way];
  return view;
}

}  // namespace rustnet::net
