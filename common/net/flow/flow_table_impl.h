// SPDX-License-Identifier: Apache-2.0
// The inside of FlowTable.  The path of a packet is in flow_table.cc, the birth and end of flows in
// flow_lifetime.cc, what is told to the outside in flow_views.cc.
//
// A flow is in the index and armed in the wheel while it lives.  An ended one is in neither; it
// stays in the list of changes until that is taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "common/net/flow/flow_index.h"
#include "common/net/flow/flow_record.h"
#include "common/net/flow/flow_table.h"
#include "common/net/flow/pool.h"
#include "common/net/flow/rate_window.h"
#include "common/net/flow/timer_wheel.h"

namespace rustnet::net {

class FlowTable::Impl {
 public:
  explicit Impl(const FlowOptions& options);

  void Add(std::span<const Packet> batch);
  void Advance(Time now);
  void TakeChanges(Time now, std::vector<FlowView>* out);
  void Finish();
  void ForEach(Time now, void (*visit)(const FlowView&, void* context), void* context) const;
  void Clear();
  size_t size() const { return index_.size(); }
  const FlowCounters& counters() const { return counters_; }
  Expectations* expectations() { return &dissection_.expectations; }

 private:
  struct Seen {  // for eviction: who was silent longest
    uint32_t touched;
    uint32_t number;
    Time last;
    uint64_t id;
  };

  struct Guess {  // which flow a packet is of
    uint32_t hash;
    uint32_t number;  // kNoNumber: none with this hash
    Flow* flow;
  };

  // The path of a packet; one function to the machine, for calls would cost a fifth of it.
  void AddGroup(std::span<const Packet> packets);
  [[gnu::always_inline]] inline void AddOne(const Packet& packet, Guess guess);
  [[gnu::always_inline]] inline uint32_t FlowOf(const Packet& packet, const Guess& guess);
  [[gnu::always_inline]] inline void Count(const Packet& packet, uint32_t number,
                                           Direction direction, Flow* flow);
  [[gnu::always_inline]] inline void AddTcp(const Packet& packet, uint32_t number,
                                            Direction direction, Flow* flow);
  bool MoveTcp(const Packet& packet, Direction direction, Flow* flow);
  void AddDatagram(const Packet& packet, uint32_t number, Direction direction, Flow* flow);
  void ReadDatagram(const Packet& packet, uint32_t number, Direction direction, Flow* flow);
  bool Dissect(const Packet& packet, Flow* flow, Direction direction);
  bool NobodyKnows(const Packet& packet, Flow* flow, Direction direction);
  bool KnownById(const Packet& packet, Flow* flow);
  void BeginDissection(const Dissector* expected, Flow* flow);
  void EndDissection(Flow* flow);
  void CopyCounters();

  // Birth and end.
  uint32_t Create(const Packet& packet, uint32_t hash);
  bool BeginsAnew(const Packet& packet, const Flow& flow) const;
  void End(uint32_t number);
  void Release(uint32_t number);
  void MakeRoom();
  void FindOldest();
  void RenewTimeout(uint32_t number);
  uint32_t DueSecond(const Flow& flow) const;
  void OnTimer(uint32_t number);
  void OnSilence(uint32_t number);
  void AdvanceTo(Time now);

  // Changes and views.
  void MarkChanged(uint32_t number);
  void GiveRate(uint32_t number);
  void ReviewRates();
  FlowView View(const Flow& flow, uint32_t tick, Duration into) const;

  FlowOptions options_;
  FlowCounters counters_;
  DissectionContext dissection_;

  FlowPool flows_;
  FlowIndex index_;
  TimerWheel wheel_;
  DensePool<RateWindow, 64> rates_;

  Links changes_;  // previous: the first, next: the last
  size_t changed_ = 0;
  size_t ended_ = 0;

  // Capture time, which never goes back, in ticks since the first packet.
  Time origin_ = 0;
  Time now_ = 0;
  Time tick_end_ = 0;
  uint32_t tick_ = 0;
  bool started_ = false;

  uint64_t last_id_ = 0;
  std::vector<Seen> oldest_;  // sorted; from oldest_at_ on not looked at yet
  size_t oldest_at_ = 0;
};

}  // namespace rustnet::net
