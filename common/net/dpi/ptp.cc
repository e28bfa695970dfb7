// SPDX-License-Identifier: Apache-2.0
// PTP (IEEE 1588-2008 section 13.3): kind of message, version 2 (or 2.1), length, domain.  Version
// 1 (IEEE 1588-2002 annex D): both versions, the name of a domain, event or general, and so on.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kPtpMessage{"ptp_message", false, true};

constexpr size_t kShortest1 = 52;  // bytes of a message of version 1

bool ReadPtp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbePtp(datagram) != Verdict::kMatch) return false;
  const bool old = (datagram[1] & 0x0f) == 1;  // has other kinds
  if (!old) facts->AddNumber(kPtpMessage, datagram[0] & 0x0f);
  return true;
}

// The domain's name is filled up with zeros; the kind fits whether it is an event.
Verdict ProbeVersion1(Bytes datagram) {
  constexpr size_t kName = 16;
  uint8_t type = 0;
  bool ended = false;
  Shape shape(datagram);
  shape.Is(std::string_view("\0\1\0\1", 4));
  for (size_t i = 0; i < kName; ++i) {
    shape.U8([&](uint8_t c) {
      const bool fits = c == 0 ? i != 0 : !ended && c > 0x20 && c < 0x7f;
      ended = c == 0;
      return fits;
    });
  }
  shape.U8([&](uint8_t n) { return (type = n) == 1 || n == 2; }).U8(Between(0, 16)).Skip(10);
  shape.U8([&](uint8_t n) { return type == 1 ? n <= 1 : n >= 2 && n <= 4; }).U8(Equal(0));
  return shape.Skip(kShortest1 - 34).verdict();
}

}  // namespace

Verdict ProbePtp(Bytes datagram) {
  if (datagram.size() > 1 && datagram[0] == 0 && datagram[1] == 1) return ProbeVersion1(datagram);
  uint16_t length = 0;
  Shape shape(datagram);
  shape.U8([](uint8_t first) {
    const uint8_t kind = first & 0x0f;
    return kind <= 3 || (kind >= 8 && kind <= 13);
  });
  shape.U8([](uint8_t version) { return version == 2 || version == 0x12; });
  shape.U16([&](uint16_t n) { return (length = n) >= 44; }).Skip(30);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return datagram.size() >= length ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList PtpFields() { return FieldsOf<kPtpMessage>(); }

std::unique_ptr<Session> StartPtp() { return StartDatagrams<&ReadPtp>(); }

}  // namespace rustnet::net
