// SPDX-License-Identifier: Apache-2.0
// S7 communication over ISO on TCP: TPKT (RFC 1006) of four bytes, COTP (ISO 8073), and in COTP's
// data 32, the kind of message, and for a job or its answer a function.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kS7Function{"s7_function", false, true};

constexpr uint8_t kConnect = 0xe0, kConfirm = 0xd0, kData = 0xf0;
constexpr uint8_t kS7 = 0x32;

size_t TpktSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t version = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version == 0x0300 && length >= 7 ? length : 0;
}

// Job, acknowledgement, answer, user data.
bool IsKind(uint8_t kind) { return (kind >= 1 && kind <= 3) || kind == 7; }

bool ReadS7(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(4);
  reader.Skip(reader.U8());
  const uint8_t protocol = reader.U8();
  const uint8_t kind = reader.U8();
  if (!reader.ok() || protocol != kS7 || !IsKind(kind)) return false;
  reader.Skip(8);  // reserved, reference, lengths of parameters and data
  if (kind == 2 || kind == 3) reader.Skip(2);
  const uint8_t function = reader.U8();
  if (reader.ok() && kind != 7 && function != 0) facts->AddNumber(kS7Function, function);
  return true;
}

}  // namespace

// Behind COTP's opening, which others have too, S7 itself.
Verdict ProbeS7comm(Bytes opening) {
  ByteReader reader(opening);
  while (true) {
    Shape shape(reader.rest());
    uint16_t length = 0;
    uint8_t type = 0;
    shape.Is(std::string_view("\3\0", 2)).U16([&](uint16_t n) { return (length = n) >= 7; });
    shape.U8(Between(2, 64)).U8([&](uint8_t code) {
      type = code & 0xf0;
      return type == kConnect || type == kConfirm || code == kData;
    });
    if (shape.verdict() != Verdict::kMatch) return shape.verdict();
    if (type == kData) {
      return shape.Is("\x80\x32").U8(&IsKind).Is(std::string_view("\0\0", 2)).verdict();
    }
    reader.Skip(length);
    if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  }
}

FieldList S7commFields() { return FieldsOf<kS7Function>(); }

std::unique_ptr<Session> StartS7comm() { return StartFrames<&TpktSize, &ReadS7>(); }

}  // namespace rustnet::net
