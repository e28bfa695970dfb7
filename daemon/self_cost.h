// SPDX-License-Identifier: Apache-2.0
// What the daemon itself costs.  /proc is out of sight behind the seal, so its file is opened
// before and read again and again.
#pragma once

#include <cstdint>

#include "common/base/unique_fd.h"

namespace rustnet {

struct SelfCost {
  uint64_t cpu_ns = 0;     // user and system, all threads
  uint64_t rss_bytes = 0;  // now
  uint32_t threads = 0;
};

class SelfCostReader {
 public:
  // REQUIRES: not sealed yet; elsewhere the figures stay 0.
  SelfCostReader();
  SelfCost Read() const;

 private:
  UniqueFd stat_;  // /proc/self/stat, proc(5)
};

}  // namespace rustnet
