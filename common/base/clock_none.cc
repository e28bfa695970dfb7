// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "common/base/clock.h"

namespace rustnet {
namespace {

template <typename Clock>
Time Read() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now().time_since_epoch())
      .count();
}

}  // namespace

Time WallNow() { return Read<std::chrono::system_clock>(); }
Time MonotonicNow() { return Read<std::chrono::steady_clock>(); }

}  // namespace rustnet
