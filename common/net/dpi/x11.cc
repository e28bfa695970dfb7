// SPDX-License-Identifier: Apache-2.0
// X11 (X Window System Protocol, chapter 8): a client begins with the order of its bytes, the
// version, and what authorises it, which is passed over; the server answers in that order.
#include <string>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/opening.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kX11Version{"x11_version"};

constexpr size_t kSetup = 12, kAnswer = 8;
constexpr uint8_t kLittle = 'l', kBig = 'B';
constexpr uint16_t kMajor = 11;

bool IsClient(uint8_t first) { return first == kLittle || first == kBig; }

// The beginning of a message alone: what follows is not wanted.
size_t X11Size(Bytes start) {
  if (start.empty()) return kFrameSizeUnknown;
  return IsClient(start.front()) ? kSetup : kAnswer;
}

void ReadX11(Bytes frame, Facts* facts) {
  ByteReader reader(frame);
  const uint8_t first = reader.U8();
  reader.Skip(1);
  const Bytes major = reader.Take(2);
  const Bytes minor = reader.Take(2);
  if (!reader.ok() || !IsClient(first)) return;
  const bool little = first == kLittle;
  ByteReader numbers[] = {ByteReader(major), ByteReader(minor)};
  std::string version = std::to_string(little ? numbers[0].Le16() : numbers[0].U16());
  version.append(".").append(std::to_string(little ? numbers[1].Le16() : numbers[1].U16()));
  facts->Add(kX11Version, version);
}

// `name` and `data`: what the lengths of the authorisation may be.
template <typename Name, typename Data>
Verdict ProbeSetup(Bytes opening, Name name, Data data) {
  const Verdict little = Shape(opening)
                             .U8(Equal(kLittle))
                             .U8(Equal(0))
                             .Le16(Equal(kMajor))
                             .Le16(Equal(0))
                             .Le16(name)
                             .Le16(data)
                             .U16(Equal(0))
                             .verdict();
  if (little != Verdict::kNotMine) return little;
  return Shape(opening)
      .U8(Equal(kBig))
      .U8(Equal(0))
      .U16(Equal(kMajor))
      .U16(Equal(0))
      .U16(name)
      .U16(data)
      .U16(Equal(0))
      .verdict();
}

}  // namespace

// Without authorisation, or with a cookie.
Verdict ProbeX11(Bytes opening) {
  constexpr std::string_view kCookie = "MIT-MAGIC-COOKIE-1";
  const Verdict bare = ProbeSetup(opening, Equal(0), Equal(0));
  if (bare != Verdict::kNotMine) return bare;
  const Verdict setup = ProbeSetup(opening, Equal(kCookie.size()), Equal(16));
  return setup == Verdict::kMatch ? Shape(opening.subspan(kSetup)).Is(kCookie).verdict() : setup;
}

// On its ports with any, and the server's answer.
Verdict ProbeX11Port(Bytes opening) {
  const Verdict setup = ProbeSetup(opening, Between(0, 255), Between(0, 255));
  if (setup != Verdict::kNotMine) return setup;
  const auto answer = [&] {
    Shape shape(opening);
    shape.U8(Between(0, 1)).Skip(1);
    return shape;
  };
  const Verdict little = answer().Le16(Equal(kMajor)).Le16(Equal(0)).verdict();
  return little != Verdict::kNotMine ? little : answer().U16(Equal(kMajor)).U16(Equal(0)).verdict();
}

FieldList X11Fields() { return FieldsOf<kX11Version>(); }

std::unique_ptr<Session> StartX11() {
  return std::make_unique<OpeningSession<&X11Size, &ReadX11, kSetup, 1>>();
}

}  // namespace rustnet::net
