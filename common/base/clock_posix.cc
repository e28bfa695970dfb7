// SPDX-License-Identifier: Apache-2.0
#include <ctime>

#include "common/base/clock.h"

namespace rustnet {
namespace {

Time Read(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<Time>(now.tv_sec) * kSecond + now.tv_nsec;
}

}  // namespace

Time WallNow() { return Read(CLOCK_REALTIME); }
Time MonotonicNow() { return Read(CLOCK_MONOTONIC); }

}  // namespace rustnet
