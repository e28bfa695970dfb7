// SPDX-License-Identifier: Apache-2.0
// MSDP (RFC 3618 section 12): messages of a type, a length that counts both, and a value.
#include <iterator>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kMsdpType{"msdp_type"};

constexpr uint16_t kHeader = 3, kLongest = 9192;
constexpr uint8_t kActive = 1, kRequest = 2, kResponse = 3, kKeepalive = 4, kNotification = 5;
constexpr uint8_t kLastError = 7, kLastSubcode = 9;
constexpr uint16_t kActiveHead = 8, kEntry = 12;
constexpr std::string_view kTypes[] = {"source-active",   "request",      "response",
                                       "keepalive",       "notification", "traceroute",
                                       "traceroute-reply"};

// Type and length agree.
bool IsSane(uint8_t type, uint16_t length) {
  switch (type) {
    case kActive:
    case kResponse:
      return length >= kActiveHead + kEntry && length <= kLongest;
    case kRequest:
      return length == 8;
    case kKeepalive:
      return length == kHeader;
    default:
      return type != 0 && type <= std::size(kTypes) && length > kHeader && length <= kLongest;
  }
}

size_t MsdpSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t type = reader.U8();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return IsSane(type, length) ? length : 0;
}

bool ReadMsdp(Bytes frame, const Moment&, Facts* facts) {
  facts->Add(kMsdpType, kTypes[frame.front() - 1]);
  return true;
}

}  // namespace

Verdict ProbeMsdp(Bytes opening) {
  if (opening.front() == 0 || opening.front() > std::size(kTypes)) return Verdict::kNotMine;
  const size_t size = MsdpSize(opening);
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  if (size == 0) return Verdict::kNotMine;
  Shape shape(opening);
  shape.Skip(kHeader);
  switch (opening.front()) {
    case kActive:
    case kResponse:
      // So many entries must find room; each begins with zeroes and the mask's length.
      return shape
          .U8([&](uint8_t entries) {
            return entries != 0 && kActiveHead + size_t{entries} * kEntry <= size;
          })
          .Skip(4)
          .U32(Equal(32))
          .verdict();
    case kRequest:
      return shape.U8(Equal(0)).verdict();
    case kNotification:
      return shape.U8([](uint8_t code) { return Between(1, kLastError)(code & 0x7fU); })
          .U8(Between(0, kLastSubcode))
          .verdict();
    default:
      // Nobody begins with a trace.
      return opening.front() == kKeepalive ? Verdict::kMatch : Verdict::kNotMine;
  }
}

FieldList MsdpFields() { return FieldsOf<kMsdpType>(); }

std::unique_ptr<Session> StartMsdp() { return StartFrames<&MsdpSize, &ReadMsdp, kHeader>(); }

}  // namespace rustnet::net
