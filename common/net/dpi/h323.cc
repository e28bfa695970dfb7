// SPDX-License-Identifier: Apache-2.0
// H.323's call signalling (ITU-T H.225.0 section 7): TPKT (RFC 1006) of four bytes, then a message
// of Q.931: discriminator 8, call reference, type.  Who is called is not read.  Its registration
// (RAS) is in packed encoding: number of the message in bits, then that of the request, and in
// those with which an end begins the identifier of the protocol.
#include <iterator>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kH323Message{"h323_message"};

constexpr size_t kTpkt = 4;
constexpr uint16_t kShortest = 9;  // up to the type
constexpr uint8_t kDiscriminator = 8, kReferenceSize = 2;

std::string_view MessageName(uint8_t type) {
  switch (type) {
    case 0x01:
      return "alerting";
    case 0x02:
      return "call_proceeding";
    case 0x03:
      return "progress";
    case 0x05:
      return "setup";
    case 0x07:
      return "connect";
    case 0x0d:
      return "setup_acknowledge";
    case 0x0f:
      return "connect_acknowledge";
    case 0x5a:
      return "release_complete";
    case 0x62:
      return "facility";
    case 0x6e:
      return "notify";
    case 0x75:
      return "status_inquiry";
    case 0x7b:
      return "information";
    case 0x7d:
      return "status";
    default:
      return {};
  }
}

// A TPKT with nothing in it keeps the connection alive.
size_t TpktSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t version = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version == 0x0300 && length >= kTpkt ? length : 0;
}

bool ReadH323(Bytes frame, const Moment&, Facts* facts) {
  if (ProbeH323(frame) != Verdict::kMatch) return false;
  facts->Add(kH323Message, MessageName(frame[kShortest - 1]));
  return true;
}

// By their numbers.
constexpr std::string_view kRas[] = {
    "gatekeeper_request",     "gatekeeper_confirm",     "gatekeeper_reject",
    "registration_request",   "registration_confirm",   "registration_reject",
    "unregistration_request", "unregistration_confirm", "unregistration_reject",
    "admission_request",      "admission_confirm",      "admission_reject",
    "bandwidth_request",      "bandwidth_confirm",      "bandwidth_reject",
    "disengage_request",      "disengage_confirm",      "disengage_reject",
    "location_request",       "location_confirm",       "location_reject",
    "info_request",           "info_request_response"};
constexpr size_t kShortestRas = 4;

// A bit that says there is an extension, and five of the number.
size_t RasNumber(uint8_t first) { return first >> 2; }

bool ReadRas(Bytes datagram, const Moment&, Facts* facts) {
  const size_t number = RasNumber(datagram.front());
  if (number >= std::size(kRas) || datagram.size() < kShortestRas) return false;
  facts->Add(kH323Message, kRas[number]);
  return true;
}

}  // namespace

// Requests and confirmations of a gatekeeper and of a registration: 0.0.8.2250.0 and a version.
Verdict ProbeH323Ras(Bytes datagram) {
  constexpr std::string_view kIdentifier("\6\0\x08\x91\x4a\0", 6);
  return Shape(datagram)
      .U8([](uint8_t first) {
        const size_t number = RasNumber(first);
        return number == 0 || number == 1 || number == 3 || number == 4;
      })
      .Skip(kShortestRas - 1)
      .Is(kIdentifier)
      .U8(Between(1, 9))
      .verdict();
}

Verdict ProbeH323(Bytes opening) {
  return Shape(opening)
      .Is(std::string_view("\3\0", 2))
      .U16(Between(kShortest, 0xffff))
      .U8(Equal(kDiscriminator))
      .U8(Equal(kReferenceSize))
      .Skip(kReferenceSize)
      .U8([](uint8_t type) { return !MessageName(type).empty(); })
      .verdict();
}

FieldList H323Fields() { return FieldsOf<kH323Message>(); }

std::unique_ptr<Session> StartH323() { return StartFrames<&TpktSize, &ReadH323>(); }
std::unique_ptr<Session> StartH323Ras() { return StartDatagrams<&ReadRas>(); }

}  // namespace rustnet::net
