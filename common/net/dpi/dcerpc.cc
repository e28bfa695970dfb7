// SPDX-License-Identifier: Apache-2.0
// DCE RPC over TCP (C706 section 12.6.3): version 5.0 or 5.1, type, flags, data representation,
// length of the fragment, length of its authenticator, call.  In datagrams (section 12.5.1) version
// 4, whose header of 80 bytes ends with the length of the body.
#include <iterator>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kDcerpcType{"dcerpc_type"};

constexpr uint16_t kHeader = 16;
// Section 12.6.4.
constexpr std::string_view kTypes[] = {
    "request",   "ping",     "response",      "fault",
    "working",   "nocall",   "reject",        "ack",
    "cl_cancel", "fack",     "cancel_ack",    "bind",
    "bind_ack",  "bind_nak", "alter_context", "alter_context_resp",
    "auth3",     "shutdown", "co_cancel",     "orphaned"};

struct DcerpcHeader {
  uint8_t type = 0;
  uint16_t length = 0;
};

Verdict ReadHeader(Bytes opening, DcerpcHeader* header) {
  bool little = false;
  uint16_t auth = 0;
  Shape shape(opening);
  shape.Is("\5").U8(Between(0, 1)).U8([&](uint8_t type) {
    header->type = type;
    return type < std::size(kTypes);
  });
  shape.Skip(1).U8([&](uint8_t order) {
    little = order == 0x10;
    return little || order == 0;
  });
  shape.Is(std::string_view("\0\0\0", 3));
  const auto turned = [&](uint16_t n) {
    return little ? static_cast<uint16_t>(n << 8 | n >> 8) : n;
  };
  shape.U16([&](uint16_t n) { return (header->length = turned(n)) >= kHeader; });
  shape.U16([&](uint16_t n) { return (auth = turned(n)) < header->length; });
  return shape.Skip(4).verdict();
}

size_t DcerpcSize(Bytes start) {
  DcerpcHeader header;
  switch (ReadHeader(start, &header)) {
    case Verdict::kMatch:
      return header.length;
    case Verdict::kNeedMore:
      return kFrameSizeUnknown;
    default:
      return 0;
  }
}

bool ReadDcerpc(Bytes frame, const Moment&, Facts* facts) {
  DcerpcHeader header;
  if (ReadHeader(frame, &header) != Verdict::kMatch) return false;
  facts->Add(kDcerpcType, kTypes[header.type]);
  return true;
}

bool ReadDatagram(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeDcerpcDatagram(datagram) != Verdict::kMatch) return false;
  facts->Add(kDcerpcType, kTypes[datagram[1]]);
  return true;
}

}  // namespace

// Section 12.5.1: version, type, two bytes of flags of which some are reserved, representation; a
// serial number, an object, an interface, an activity, and further numbers; length of the body,
// number of the fragment, authenticator.
Verdict ProbeDcerpcDatagram(Bytes datagram) {
  constexpr uint8_t kLastType = 10, kReserved1 = 0x81, kReserved2 = 0xfd;
  constexpr size_t kSerialAndObject = 1 + 16, kNumbers = 16 + 4 + 4 + 4 + 2 + 2 + 2;
  constexpr size_t kDatagramHeader = 80;
  bool little = false;
  uint16_t length = 0;
  uint8_t auth = 0;
  uint32_t interface = 0;
  Shape shape(datagram);
  shape.Is("\4").U8(Between(0, kLastType));
  shape.U8([](uint8_t flags) { return (flags & kReserved1) == 0; });
  shape.U8([](uint8_t flags) { return (flags & kReserved2) == 0; });
  shape.U8([&](uint8_t order) { return (little = order == 0x10) || order == 0; });
  shape.Is(std::string_view("\0\0", 2)).Skip(kSerialAndObject);
  for (int i = 0; i < 4; ++i) {
    shape.U32([&](uint32_t part) { return interface |= part, true; });
  }
  shape.Skip(kNumbers);
  shape.U16([&](uint16_t n) {
    length = little ? static_cast<uint16_t>(n << 8 | n >> 8) : n;
    return true;
  });
  shape.Skip(2).U8([&](uint8_t n) { return (auth = n) <= 16; }).Skip(1);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (interface == 0) return Verdict::kNotMine;
  const size_t size = kDatagramHeader + length;
  if (datagram.size() < size) return Verdict::kNeedMore;
  return datagram.size() == size || auth != 0 ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeDcerpc(Bytes opening) {
  DcerpcHeader header;
  return ReadHeader(opening, &header);
}

FieldList DcerpcFields() { return FieldsOf<kDcerpcType>(); }

std::unique_ptr<Session> StartDcerpc() { return StartFrames<&DcerpcSize, &ReadDcerpc, 64>(); }
std::unique_ptr<Session> StartDcerpcDatagrams() { return StartDatagrams<&ReadDatagram>(); }

}  // namespace rustnet::net
