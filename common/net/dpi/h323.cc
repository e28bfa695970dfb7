// SPDX-License-Identifier: Apache-2.0
// H.323's call signalling (ITU-T H.225.0 section 7): TPKT (RFC 1006) of four bytes, then a message
// of Q.931: discriminator 8, call reference, type.  Who is called is not read.
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

}  // namespace

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

}  // namespace rustnet::net
