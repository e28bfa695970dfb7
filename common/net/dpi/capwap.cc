// SPDX-License-Identifier: Apache-2.0
// CAPWAP (RFC 5415 section 4): a preamble, 0 before a header in clear and 1 before DTLS.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kPlain = 0, kDtls = 1;

bool ReadCapwap(Bytes datagram, const Moment&, Facts*) {
  return ProbeCapwap(datagram) == Verdict::kMatch;
}

// Header's length in words, radio, 802.11 or none; flags; fragment and its offset.
Verdict ProbePlain(Shape* shape, size_t size) {
  size_t words = 0;
  bool fragment = false;
  shape->U24([&](uint32_t bits) {
    words = bits >> 19;
    const uint32_t binding = bits >> 9 & 0x1f;
    fragment = (bits & 0x80) != 0;
    const bool last = (bits & 0x40) != 0;
    return words >= 2 && binding <= 1 && (bits & 7) == 0 && (fragment || !last);
  });
  shape->Skip(2).U16(
      [&](uint16_t offset) { return (offset & 7) == 0 && (fragment || offset == 0); });
  // Behind the header something stands, if only a keep-alive's length.
  if (shape->verdict() != Verdict::kMatch) return shape->verdict();
  return size > words * 4 ? Verdict::kMatch : Verdict::kNeedMore;
}

}  // namespace

Verdict ProbeCapwap(Bytes datagram) {
  Shape shape(datagram);
  shape.U8(Between(kPlain, kDtls));
  if (datagram.front() == kPlain) return ProbePlain(&shape, datagram.size());
  return shape.U24(Equal(0))
      .U8(Between(20, 25))
      .U8(Equal(254))
      .U8([](uint8_t minor) { return minor == 255 || minor == 253; })
      .Skip(8)
      .U16(Between(1, 1U << 14 | 1U << 11))
      .verdict();
}

std::unique_ptr<Session> StartCapwap() { return StartDatagrams<&ReadCapwap>(); }

}  // namespace rustnet::net
