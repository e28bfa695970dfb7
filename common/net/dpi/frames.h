// SPDX-License-Identifier: Apache-2.0
// The session of a protocol over TCP whose frames each stand for itself: as datagrams.h, with a
// framer.
#pragma once

#include <array>
#include <memory>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {

// What sessions of frames share: a framer for each direction, and who has spoken.
class FramedSession : public Session {
 public:
  // As Framer's.
  FramedSession(FrameSize size, size_t most) : framers_{Framer(size, most), Framer(size, most)} {}

  Progress OnGap(Direction direction, uint64_t lost) override {
    return framer(direction).Skip(lost) ? Progress::kMore : Progress::kDone;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }

 protected:
  Framer& framer(Direction direction) { return framers_[static_cast<size_t>(direction)]; }
  void Spoke(Direction direction) { spoken_[static_cast<size_t>(direction)] = true; }
  // Bytes that the framers hold: for memory().
  size_t held() const { return framers_[0].memory() + framers_[1].memory(); }

 private:
  std::array<Framer, 2> framers_;
  std::array<bool, 2> spoken_{};
};

// kRead is `bool (Bytes frame, const Moment&, Facts*)`, as in datagrams.h; of a frame it is given
// the first kMost bytes.  The session ends where frames do, or after enough of them.
template <FrameSize kSize, auto kRead, size_t kMost = 512>
class FrameSession : public FramedSession {
 public:
  static constexpr uint32_t kMostFrames = 512;

  FrameSession() : FramedSession(kSize, kMost) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Bytes frame;
    while (framer(direction).Next(&bytes, &frame)) {
      if (kRead(frame, moment, facts)) Spoke(direction);
      if (++frames_ == kMostFrames) return Progress::kDone;
    }
    return framer(direction).broken() ? Progress::kDone : Progress::kMore;
  }
  size_t memory() const override { return sizeof *this + held(); }

 private:
  uint32_t frames_ = 0;
};

template <FrameSize kSize, auto kRead, size_t kMost = 512>
std::unique_ptr<Session> StartFrames() {
  return std::make_unique<FrameSession<kSize, kRead, kMost>>();
}

}  // namespace rustnet::net
