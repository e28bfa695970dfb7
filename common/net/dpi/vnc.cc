// SPDX-License-Identifier: Apache-2.0
// RFB, the protocol of VNC (RFC 6143 section 7.1.1): "RFB 003.008" and a line feed, both ways.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kVncVersion{"vnc_version"};

bool IsDigit(uint8_t c) { return c >= '0' && c <= '9'; }

// One line of each side; what follows is not framed.
size_t RfbSize(Bytes start) {
  constexpr size_t kLine = 12;
  if (start.size() < kLine) {
    return ProbeVnc(start) == Verdict::kNotMine ? 0 : kFrameSizeUnknown;
  }
  return ProbeVnc(start) == Verdict::kMatch ? kLine : 0;
}

bool ReadRfb(Bytes frame, const Moment&, Facts* facts) {
  facts->Add(kVncVersion, AsText(frame).substr(4, 7));
  return true;
}

class VncSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    const size_t side = static_cast<size_t>(direction);
    if (spoken_[side]) return Progress::kMore;
    Bytes frame;
    if (framers_[side].Next(&bytes, &frame)) spoken_[side] = ReadRfb(frame, moment, facts);
    return framers_[side].broken() || Agreed() ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  std::array<Framer, 2> framers_{Framer(&RfbSize, 12), Framer(&RfbSize, 12)};
  std::array<bool, 2> spoken_{};
};

}  // namespace

Verdict ProbeVnc(Bytes opening) {
  Shape shape(opening);
  shape.Is("RFB ").U8(&IsDigit).U8(&IsDigit).U8(&IsDigit).Is(".");
  return shape.U8(&IsDigit).U8(&IsDigit).U8(&IsDigit).Is("\n").verdict();
}

FieldList VncFields() { return FieldsOf<kVncVersion>(); }

std::unique_ptr<Session> StartVnc() { return std::make_unique<VncSession>(); }

}  // namespace rustnet::net
