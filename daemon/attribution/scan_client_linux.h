// SPDX-License-Identifier: Apache-2.0
// The daemon's end of the scan broker: asks for walks of /proc when there is somebody to find, and
// takes in what comes by pieces, without waiting.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "common/base/time.h"
#include "daemon/attribution/scan_table.h"
#include "daemon/broker/scan_message.h"

namespace rustnet {

class ScanClient {
 public:
  // `fd`: Handles::scan_broker, borrowed; -1: there is no broker.
  explicit ScanClient(int fd) : fd_(fd), ended_(fd < 0) {}

  // Who had the socket at the last walk; null: nobody, and then another walk is worth it.
  std::shared_ptr<const ProcessInfo> Find(uint32_t inode, bool bound);
  void Poll(Time now);

  bool ended() const { return ended_; }  // the broker is gone
  uint64_t walks() const { return walks_; }
  uint64_t malformed() const { return table_.malformed(); }

 private:
  void Read(Time now);

  int fd_;
  bool ended_;
  bool wanted_ = false;
  bool walking_ = false;
  Time asked_at_ = 0;
  Time next_ = 0;  // not before
  uint64_t walks_ = 0;
  ScanTable table_;
  std::array<uint8_t, kScanBuffer> buffer_{};
};

}  // namespace rustnet
