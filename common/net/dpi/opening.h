// SPDX-License-Identifier: Apache-2.0
// The session of a protocol of which only the first message of each end says something that is
// wanted: a function reads what a frame holds, until both have spoken or enough was read.
#pragma once

#include <array>
#include <memory>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {

// kSize cuts the stream, kRead is `void (Bytes frame, Facts*)`; of a frame it gets kMost bytes.
// A session ends when both ends have sent kFrames.
template <auto kSize, auto kRead, size_t kMost, uint32_t kFrames>
class OpeningSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    const size_t way = static_cast<size_t>(direction);
    Bytes frame;
    while (seen_[way] < kFrames && framers_[way].Next(&bytes, &frame)) {
      ++seen_[way];
      kRead(frame, facts);
    }
    if (framers_[way].broken() || ++pieces_ > kMostPieces) return Progress::kDone;
    return seen_[0] >= kFrames && seen_[1] >= kFrames ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return seen_[0] != 0 && seen_[1] != 0; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  static constexpr uint32_t kMostPieces = 1024;
  std::array<Framer, 2> framers_{Framer(kSize, kMost), Framer(kSize, kMost)};
  std::array<uint32_t, 2> seen_{};
  uint32_t pieces_ = 0;
};

}  // namespace rustnet::net
