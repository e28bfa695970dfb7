// SPDX-License-Identifier: Apache-2.0
// PPTP's control connection (RFC 2637 section 2): length, type 1, a magic cookie, the message.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kPptpMessage{"pptp_message", false, true};

size_t PptpSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t length = reader.U16();
  const uint16_t type = reader.U16();
  const uint32_t cookie = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length >= 12 && (type == 1 || type == 2) && cookie == 0x1a2b3c4d ? length : 0;
}

bool ReadPptp(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(8);
  const uint16_t message = reader.U16();
  if (reader.ok()) facts->AddNumber(kPptpMessage, message);
  return reader.ok();
}

}  // namespace

Verdict ProbePptp(Bytes opening) {
  return Shape(opening)
      .U16(Between(12, 512))
      .U16(Between(1, 2))
      .Is("\x1a\x2b\x3c\x4d")
      .U16(Between(1, 15))
      .verdict();
}

FieldList PptpFields() { return FieldsOf<kPptpMessage>(); }

std::unique_ptr<Session> StartPptp() { return StartFrames<&PptpSize, &ReadPptp>(); }

}  // namespace rustnet::net
