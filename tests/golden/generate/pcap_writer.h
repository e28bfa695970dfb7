// SPDX-License-Identifier: Apache-2.0
// Writes a capture file in the classic format, microseconds, little-endian: the same bytes on every
// machine.
#pragma once

#include <fstream>
#include <string>

#include "common/base/time.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::frame {

// 2023-11-14T22:13:20Z: where every generated capture begins.
inline constexpr Time kEpoch = 1'700'000'000 * kSecond;

class PcapWriter {
 public:
  // `link_type`: LINKTYPE_ number.
  PcapWriter(const std::string& path, uint32_t link_type, uint32_t snaplen = 65535);

  // The frame at `now`, cut at the snaplen.  `wire_length`: 0 is the frame's own.
  void Write(Time now, const Buffer& frame, uint32_t wire_length = 0);
  // At the writer's clock, which then moves on by `step`.
  void Write(const Buffer& frame, Duration step = kMillisecond);

  Time now() const { return now_; }
  void Wait(Duration time) { now_ += time; }
  // Everything so far has reached the file.
  bool ok() { return static_cast<bool>(file_.flush()); }

 private:
  void Put(uint32_t value, int bytes);

  std::ofstream file_;
  uint32_t snaplen_;
  Time now_ = kEpoch;
};

}  // namespace rustnet::frame
