// SPDX-License-Identifier: Apache-2.0
// How many bytes passed in the last second, on capture time and in one cache line.
//
// The second ends at the moment asked for: four buckets of a tick (250 ms) with the one that is
// being filled, and of the fifth the share that still lies within.  So a steady flow shows its rate
// exactly, a burst shows at once, and both are gone 1.25 s after the last byte at the latest.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/time.h"
#include "common/net/flow/pool.h"

namespace rustnet::net {

inline constexpr Duration kTickLength = 250 * kMillisecond;
inline constexpr uint32_t kTicksPerSecond = 4;

class alignas(64) RateWindow {
 public:
  static constexpr uint32_t kBuckets = 5;

  uint32_t flow = kNoNumber;  // whose it is
  uint64_t reported = 0;      // both directions together, when the flow was handed out last

  // `bytes` of `direction` at `tick`, which never goes back.
  void Add(uint32_t tick, size_t direction, uint32_t bytes) {
    if (tick != tick_) MoveTo(tick);
    uint32_t& bucket = bytes_[tick % kBuckets][direction];
    bucket = bucket > UINT32_MAX - bytes ? UINT32_MAX : bucket + bytes;
  }

  // Bytes per second, by direction; `into` is how much of `tick` has passed.
  std::array<uint64_t, 2> At(uint32_t tick, Duration into) const;

  // Nothing lies within the second any more.
  bool Silent(uint32_t tick) const { return tick - tick_ >= kBuckets; }

 private:
  void MoveTo(uint32_t tick);

  uint32_t tick_ = 0;  // the newest bucket
  std::array<std::array<uint32_t, 2>, kBuckets> bytes_{};
};
static_assert(sizeof(RateWindow) == 64);

}  // namespace rustnet::net
