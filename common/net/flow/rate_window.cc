// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/rate_window.h"

#include <algorithm>

namespace rustnet::net {

void RateWindow::MoveTo(uint32_t tick) {
  const uint32_t steps = std::min(tick - tick_, kBuckets);
  for (uint32_t i = 0; i < steps; ++i) bytes_[(tick - i) % kBuckets] = {};
  tick_ = tick;
}

std::array<uint64_t, 2> RateWindow::At(uint32_t tick, Duration into) const {
  std::array<uint64_t, 2> rate{};
  const uint32_t age = tick - tick_;  // ticks since the newest bucket
  if (age >= kBuckets) return rate;
  // The bucket of `tick - back` is held if the newest is not younger than it by a whole ring.
  for (uint32_t back = age; back < kBuckets; ++back) {
    if (back > tick) break;
    const auto& bucket = bytes_[(tick - back) % kBuckets];
    for (size_t direction = 0; direction < 2; ++direction) {
      const uint64_t bytes = bucket[direction];
      rate[direction] += back < kBuckets - 1 ? bytes
                                             : bytes * static_cast<uint64_t>(kTickLength - into) /
                                                   uint64_t{kTickLength};
    }
  }
  return rate;
}

}  // namespace rustnet::net
