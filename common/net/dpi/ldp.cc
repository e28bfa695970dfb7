// SPDX-License-Identifier: Apache-2.0
// LDP (RFC 5036 section 3.1): version 1, length, the router and its label space; then messages,
// each with type, length and number.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kLdpMessage{"ldp_message"};

constexpr size_t kBeforeLength = 4, kRouter = 6;
constexpr uint16_t kShortest = 14;  // router and one message without parameters

std::string_view MessageName(uint16_t type) {
  switch (type) {
    case 0x0001:
      return "notification";
    case 0x0100:
      return "hello";
    case 0x0200:
      return "initialization";
    case 0x0201:
      return "keepalive";
    case 0x0202:
      return "capability";
    case 0x0300:
      return "address";
    case 0x0301:
      return "address_withdraw";
    case 0x0400:
      return "label_mapping";
    case 0x0401:
      return "label_request";
    case 0x0402:
      return "label_withdraw";
    case 0x0403:
      return "label_release";
    case 0x0404:
      return "label_abort_request";
    default:
      return {};
  }
}

size_t LdpSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t version = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version == 1 && length >= kShortest ? kBeforeLength + length : 0;
}

bool ReadLdp(Bytes pdu, const Moment&, Facts* facts) {
  ByteReader reader(pdu);
  if (reader.U16() != 1) return false;
  reader.Skip(2 + kRouter);
  bool known = false;
  while (!reader.empty()) {
    const std::string_view name = MessageName(reader.U16());
    const uint16_t length = reader.U16();
    if (!reader.ok()) break;
    facts->Add(kLdpMessage, name);
    known = known || !name.empty();
    reader.Skip(length);
  }
  return known;
}

}  // namespace

Verdict ProbeLdp(Bytes opening) {
  uint16_t length = 0;
  return Shape(opening)
      .U16(Equal(1))
      .U16([&](uint16_t n) { return (length = n) >= kShortest; })
      .U32(Between(1, 0xffffffff))
      .Skip(2)
      .U16([](uint16_t type) { return !MessageName(type).empty(); })
      .U16([&](uint16_t n) { return n >= 4 && n + kRouter + 4 <= length; })
      .Skip(4)
      .verdict();
}

FieldList LdpFields() { return FieldsOf<kLdpMessage>(); }

std::unique_ptr<Session> StartLdp() { return StartFrames<&LdpSize, &ReadLdp>(); }
std::unique_ptr<Session> StartLdpDatagrams() { return StartDatagrams<&ReadLdp>(); }

}  // namespace rustnet::net
