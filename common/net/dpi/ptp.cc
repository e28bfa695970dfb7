// SPDX-License-Identifier: Apache-2.0
// PTP (IEEE 1588-2008 section 13.3): kind of message, version 2, length, domain.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kPtpMessage{"ptp_message", false, true};

bool ReadPtp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbePtp(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kPtpMessage, datagram[0] & 0x0f);
  return true;
}

}  // namespace

Verdict ProbePtp(Bytes datagram) {
  uint16_t length = 0;
  Shape shape(datagram);
  shape.U8([](uint8_t first) {
    const uint8_t kind = first & 0x0f;
    return kind <= 3 || (kind >= 8 && kind <= 13);
  });
  shape.U8([](uint8_t version) { return (version & 0x0f) == 2; });
  shape.U16([&](uint16_t n) { return (length = n) >= 44; }).Skip(30);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return datagram.size() >= length ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList PtpFields() { return FieldsOf<kPtpMessage>(); }

std::unique_ptr<Session> StartPtp() { return StartDatagrams<&ReadPtp>(); }

}  // namespace rustnet::net
