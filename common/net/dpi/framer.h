// SPDX-License-Identifier: Apache-2.0
// A TCP stream to the frames of a protocol that says how long each is, wherever segments cut them.
// Of a long frame only the beginning is handed over; the rest is skipped, never held.
#pragma once

#include <cstddef>
#include <vector>

#include "common/base/bytes.h"

namespace rustnet::net {

inline constexpr size_t kFrameSizeUnknown = static_cast<size_t>(-1);

// Bytes of the frame that begins so, its header included; kFrameSizeUnknown: more is needed to say
// (at most 32 bytes may be); 0: that is no frame.
using FrameSize = size_t (*)(Bytes start);

class Framer {
 public:
  // Frames are handed over up to `most` bytes.
  Framer(FrameSize frame_size, size_t most) : frame_size_(frame_size), most_(most) {}

  // Takes bytes off the front of `*bytes` until a frame (its beginning) is there: true, and
  // `*frame` is valid until the next call and as long as the bytes.  False: all was taken, or
  // broken().
  bool Next(Bytes* bytes, Bytes* frame);

  // What came is no frame: nothing more can be found until Reset.
  bool broken() const { return broken_; }
  void Reset();
  // `lost` bytes were not captured.  False if that was more than is being skipped.
  bool Skip(uint64_t lost);
  size_t memory() const { return held_.capacity(); }

 private:
  bool Hold(Bytes* bytes);

  FrameSize frame_size_;
  size_t most_;
  std::vector<uint8_t> held_;
  size_t skip_ = 0;     // bytes of the last frame that are still to come
  bool taken_ = false;  // held_ was handed over
  bool broken_ = false;
};

}  // namespace rustnet::net
