// SPDX-License-Identifier: Apache-2.0
// When which flow is to be looked at: one slot per second, half an hour and more around.
//
// A packet does not touch it.  A flow that is looked at and was busy in the meantime is simply
// armed again, so a flow costs one visit per timeout, not one per packet.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/net/flow/flow_record.h"
#include "common/net/flow/pool.h"

namespace rustnet::net {

using FlowPool = Pool<Flow>;

class TimerWheel {
 public:
  explicit TimerWheel(FlowPool* flows) : flows_(flows) { heads_.fill(kNoNumber); }

  // REQUIRES: not armed.  Beyond the wheel's reach it is looked at early.
  void Arm(uint32_t number, uint32_t second) {
    Flow& flow = (*flows_)[number];
    const auto ahead = static_cast<int32_t>(second - second_);
    flow.due = second_ + static_cast<uint32_t>(std::clamp(ahead, 1, kReach));
    uint32_t& head = heads_[flow.due % kSlots];
    flow.timer = {kNoNumber, head};
    if (head != kNoNumber) (*flows_)[head].timer.previous = number;
    head = number;
  }

  // REQUIRES: armed.
  void Disarm(uint32_t number) {
    const Flow& flow = (*flows_)[number];
    if (flow.timer.next != kNoNumber)
      (*flows_)[flow.timer.next].timer.previous = flow.timer.previous;
    if (flow.timer.previous != kNoNumber) {
      (*flows_)[flow.timer.previous].timer.next = flow.timer.next;
    } else {
      heads_[flow.due % kSlots] = flow.timer.next;
    }
  }

  // Disarms each flow that is due up to `second` and gives it to `visit(number)`.
  template <typename Visit>
  void RunTo(uint32_t second, Visit visit) {
    // After a long silence one turn is enough: all that is armed lies within one.
    if (second - second_ > kSlots) second_ = second - kSlots;
    while (second_ != second) {
      ++second_;
      uint32_t number = heads_[second_ % kSlots];
      heads_[second_ % kSlots] = kNoNumber;
      while (number != kNoNumber) {
        const uint32_t next = (*flows_)[number].timer.next;
        visit(number);
        number = next;
      }
    }
  }

  uint32_t second() const { return second_; }
  void Clear() { heads_.fill(kNoNumber); }

 private:
  static constexpr uint32_t kSlots = 2048;
  static constexpr int32_t kReach = kSlots - 1;
  FlowPool* flows_;
  uint32_t second_ = 0;
  std::array<uint32_t, kSlots> heads_;
};

}  // namespace rustnet::net
