// SPDX-License-Identifier: Apache-2.0
// Time is the capture's: nanoseconds since 1970 in UTC, a plain number that is passed in.  Nothing
// below daemon/ reads a clock (tests/lint), so a replay gives the same tables twice.
#pragma once

#include <cstdint>

namespace rustnet {

using Time = int64_t;      // ns since 1970-01-01T00:00:00Z
using Duration = int64_t;  // ns

inline constexpr Duration kMicrosecond = 1'000;
inline constexpr Duration kMillisecond = 1'000'000;
inline constexpr Duration kSecond = 1'000'000'000;

}  // namespace rustnet
