// SPDX-License-Identifier: Apache-2.0
// BGP (RFC 4271 section 4.1): a marker of sixteen ff, length, type; an OPEN has the AS number.
#include <iterator>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kBgpAs{"bgp_as", false, true};
constexpr Field kBgpType{"bgp_type"};

constexpr size_t kMarker = 16;
constexpr uint16_t kShortest = 19, kLongest = 4096;
constexpr uint8_t kOpen = 1;
constexpr std::string_view kTypes[] = {"open", "update", "notification", "keepalive", "refresh"};

size_t BgpSize(Bytes start) {
  ByteReader reader(start);
  reader.Skip(kMarker - 2);
  const uint16_t marker = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return marker == 0xffff && length >= kShortest ? length : 0;
}

bool ReadBgp(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(kMarker + 2);
  const uint8_t type = reader.U8();
  if (!reader.ok() || type == 0 || type > std::size(kTypes)) return false;
  facts->Add(kBgpType, kTypes[type - 1]);
  if (type != kOpen) return true;
  const uint8_t version = reader.U8();
  const uint16_t as = reader.U16();
  constexpr uint16_t kAsTrans = 23456;  // RFC 6793: the true one is longer
  if (reader.ok() && version == 4 && as != kAsTrans) facts->AddNumber(kBgpAs, as);
  return true;
}

}  // namespace

Verdict ProbeBgp(Bytes opening) {
  constexpr std::string_view kMarkerBytes =
      "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  return Shape(opening)
      .Is(kMarkerBytes)
      .U16(Between(kShortest, kLongest))
      .U8(Between(1, std::size(kTypes)))
      .verdict();
}

FieldList BgpFields() { return FieldsOf<kBgpAs, kBgpType>(); }

std::unique_ptr<Session> StartBgp() { return StartFrames<&BgpSize, &ReadBgp>(); }

}  // namespace rustnet::net
