// SPDX-License-Identifier: Apache-2.0
// The system calls of a sealed daemon, as data.  What stands in neither list is refused with EPERM.
// Rows of one list about the same system call must exclude each other: libseccomp keeps no order.
#pragma once

#include <cstdint>
#include <span>

namespace rustnet {

// When a row applies; the filter of a row looks at numbers only, never at what they point to.
enum class If : uint8_t {
  kAlways,
  kArgEquals,        // argument `index` == value
  kArgMasked,        // argument `index` & mask == value
  kArgNot,           // argument `index` != value
  kSelf,             // argument `index` is this process
  kNotSelf,          //             … is another
  kInStateDir,       // argument `index` is the state directory; no row where there is none
  kOutsideStateDir,  // it is another, or there is none
  kOnCapture,        // argument `index` is a capture descriptor (one row for each)
  kDupOfCapture,     // the same, and argument 1 is F_DUPFD or F_DUPFD_CLOEXEC
};

struct SyscallRow {
  const char* name = "";  // one that this architecture or libseccomp does not know is no row
  If when = If::kAlways;
  uint8_t index = 0;
  uint32_t value = 0;
  uint32_t mask = 0;
  int error = 0;  // allow-list: 0 lets it pass, else it is refused with this
};

std::span<const SyscallRow> AllowList();
std::span<const SyscallRow> KillList();

}  // namespace rustnet
