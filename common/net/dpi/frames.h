// SPDX-License-Identifier: Apache-2.0
// The session of a protocol over TCP whose frames each stand for itself: as datagrams.h, with a
// framer.
#pragma once

#include <array>
#include <memory>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {

// kRead is `bool (Bytes frame, const Moment&, Facts*)`, as in datagrams.h; of a frame it is given
// the first kMost bytes.  The session ends where frames do, or after enough of them.
template <FrameSize kSize, auto kRead, size_t kMost = 512>
class FrameSession : public Session {
 public:
  static constexpr uint32_t kMostFrames = 512;

  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Framer& framer = framers_[static_cast<size_t>(direction)];
    Bytes frame;
    while (framer.Next(&bytes, &frame)) {
      if (kRead(frame, moment, facts)) spoken_[static_cast<size_t>(direction)] = true;
      if (++frames_ == kMostFrames) return Progress::kDone;
    }
    return framer.broken() ? Progress::kDone : Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t lost) override {
    return framers_[static_cast<size_t>(direction)].Skip(lost) ? Progress::kMore : Progress::kDone;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  std::array<Framer, 2> framers_{Framer(kSize, kMost), Framer(kSize, kMost)};
  std::array<bool, 2> spoken_{};
  uint32_t frames_ = 0;
};

template <FrameSize kSize, auto kRead, size_t kMost = 512>
std::unique_ptr<Session> StartFrames() {
  return std::make_unique<FrameSession<kSize, kRead, kMost>>();
}

}  // namespace rustnet::net
