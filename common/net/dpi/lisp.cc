// SPDX-License-Identifier: Apache-2.0
// LISP: control messages (RFC 9301 section 5), whose first nibble is the type, each with a nonce
// and records; and data (RFC 9300 section 5), eight bytes of flags, nonce and bits before a packet.
// Authentication data is passed over.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kLispType{"lisp_type"};

constexpr std::string_view kTypes[] = {"",
                                       "map_request",
                                       "map_reply",
                                       "map_register",
                                       "map_notify",
                                       "map_notify_ack",
                                       "map_referral",
                                       "info",
                                       "encapsulated"};
constexpr uint8_t kRequest = 1, kReply = 2, kReferral = 6, kInfo = 7, kEncapsulated = 8;
constexpr uint8_t kMostRecords = 64;
constexpr uint16_t kNoAddress = 0, kIpv4 = 1, kIpv6 = 2, k802 = 6, kName = 17, kCanonical = 16387,
                   kMac = 16389;
constexpr size_t kDataHeader = 8;
constexpr uint8_t kUdpNumber = 17;

bool IsFamily(uint16_t family) {
  return family == kNoAddress || family == kIpv4 || family == kIpv6 || family == k802 ||
         family == kName || family == kCanonical || family == kMac;
}
bool IsLocatorFamily(uint16_t family) {
  return family == kIpv4 || family == kIpv6 || family == kCanonical;
}

// Time to live, locators, mask's length, action, version, family of the prefix.
Verdict ProbeRecord(Shape* shape) {
  return shape->Skip(4).U8(Between(0, 32)).U8(Between(0, 128)).Skip(4).U16(&IsFamily).verdict();
}

// Behind the first byte: flags, count of records; a nonce; who asks; where to answer.
Verdict ProbeRequest(Shape* shape) {
  uint16_t family = 0;
  shape->Skip(2).U8(Between(1, kMostRecords)).Skip(8);
  shape->U16([&](uint16_t n) { return IsFamily(family = n); });
  if (family == kCanonical || family == kName) return shape->Skip(2).verdict();
  return shape
      ->Skip(family == kIpv4                    ? 4
             : family == kIpv6                  ? 16
             : family == k802 || family == kMac ? 6
                                                : 0)
      .U16(&IsLocatorFamily)
      .verdict();
}

// A key, the authentication data and, but of Info, a record.
Verdict ProbeAuthenticated(Shape* shape, uint8_t type) {
  uint16_t size = 0;
  if (type == kInfo) {
    shape->U24(Equal(0));
  } else {
    shape->Skip(2).U8(Between(1, kMostRecords));
  }
  shape->Skip(8 + 2).U16([&](uint16_t n) { return (size = n) <= 64; }).Skip(size);
  return type == kInfo ? shape->Skip(4).verdict() : ProbeRecord(shape);
}

// Flags, and a packet of UDP.
Verdict ProbeEncapsulated(Shape* shape) {
  shape->U24(Equal(0));
  uint8_t first = 0;
  shape->U8([&](uint8_t byte) {
    first = byte;
    return (first >> 4 == 4 && (first & 0x0f) >= 5) || first >> 4 == 6;
  });
  return shape->Skip(first >> 4 == 4 ? 8 : 5).U8(Equal(kUdpNumber)).verdict();
}

// The packet says how long it is, and is no longer or shorter.
Verdict ProbePacket(Bytes packet) {
  if (packet.empty()) return Verdict::kNeedMore;
  const uint8_t version = packet.front() >> 4;
  size_t length = 0;
  Shape shape(packet);
  if (version == 4) {
    shape.U8([](uint8_t first) { return (first & 0x0f) >= 5; }).Skip(1);
    shape.U16([&](uint16_t n) { return (length = n) >= 20; }).Skip(16);
  } else if (version == 6) {
    shape.Skip(4).U16([&](uint16_t n) { return length = 40 + n, true; }).Skip(34);
  } else {
    return Verdict::kNotMine;
  }
  if (shape.verdict() == Verdict::kNotMine) return Verdict::kNotMine;
  if (length != 0 && packet.size() > length) return Verdict::kNotMine;
  return packet.size() == length ? shape.verdict() : Verdict::kNeedMore;
}

bool ReadLisp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeLisp(datagram) != Verdict::kMatch) return false;
  facts->Add(kLispType, kTypes[datagram.front() >> 4]);
  return true;
}

bool ReadLispData(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeLispData(datagram) != Verdict::kMatch) return false;
  facts->Add(kLispType, "data");
  return true;
}

}  // namespace

Verdict ProbeLisp(Bytes datagram) {
  const uint8_t type = datagram.front() >> 4;
  Shape shape(datagram);
  shape.Skip(1);
  if (type == 0 || type > kEncapsulated) return Verdict::kNotMine;
  if (type == kRequest) return ProbeRequest(&shape);
  if (type == kEncapsulated) return ProbeEncapsulated(&shape);
  if (type != kReply && type != kReferral) return ProbeAuthenticated(&shape, type);
  shape.U16(Equal(0)).U8(Between(1, kMostRecords)).Skip(8);
  return ProbeRecord(&shape);
}

// Flags say which of a nonce, versions, bits of locators and an instance is there: a nonce and
// versions exclude each other, an echo needs a nonce.
Verdict ProbeLispData(Bytes datagram) {
  const bool nonce = (datagram.front() & 0x80) != 0;
  const bool echo = (datagram.front() & 0x20) != 0;
  const bool versions = (datagram.front() & 0x10) != 0;
  if ((nonce && versions) || (echo && !nonce)) return Verdict::kNotMine;
  if (datagram.size() <= kDataHeader) return Verdict::kNeedMore;
  return ProbePacket(datagram.subspan(kDataHeader));
}

FieldList LispFields() { return FieldsOf<kLispType>(); }

std::unique_ptr<Session> StartLisp() { return StartDatagrams<&ReadLisp>(); }
std::unique_ptr<Session> StartLispData() { return StartDatagrams<&ReadLispData>(); }

}  // namespace rustnet::net
