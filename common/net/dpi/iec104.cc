// SPDX-License-Identifier: Apache-2.0
// IEC 60870-5-104 (section 5): 68, length, four control bytes; in those of form I an ASDU, which
// begins with its type.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kIecType{"iec104_type", false, true};

constexpr uint8_t kStart = 0x68, kShortest = 4, kLongest = 253;

size_t Iec104Size(Bytes start) {
  ByteReader reader(start);
  const uint8_t first = reader.U8();
  const uint8_t length = reader.U8();
  if (!reader.ok()) return kFrameSizeUnknown;
  return first == kStart && length >= kShortest && length <= kLongest ? length + size_t{2} : 0;
}

bool ReadIec104(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(2);
  const bool information = (reader.U8() & 1) == 0;
  reader.Skip(3);
  const uint8_t type = reader.U8();
  if (reader.ok() && information && type != 0) facts->AddNumber(kIecType, type);
  return true;
}

// Section 5.2: STARTDT, STOPDT, TESTFR, each act or con.
bool IsUnnumbered(uint8_t control) {
  return control == 0x07 || control == 0x0b || control == 0x13 || control == 0x23 ||
         control == 0x43 || control == 0x83;
}

}  // namespace

Verdict ProbeIec104(Bytes opening) {
  return Shape(opening)
      .Is("\x68\x04")
      .U8(&IsUnnumbered)
      .Is(std::string_view("\0\0\0", 3))
      .verdict();
}

Verdict ProbeIec104Port(Bytes opening) {
  ByteReader reader(opening);
  reader.Skip(2);
  const uint8_t control = reader.U8();
  const auto even = [](uint8_t low) { return (low & 1) == 0; };
  if (!reader.ok())
    return Shape(opening).Is("\x68").U8(Between(kShortest, kLongest)).Skip(1).verdict();
  if ((control & 3) == 3) return ProbeIec104(opening);
  if ((control & 1) == 1) {  // form S
    return Shape(opening).Is(std::string_view("\x68\4\1\0", 4)).U8(even).Skip(1).verdict();
  }
  // Form I: a type and a count of objects.
  return Shape(opening)
      .Is("\x68")
      .U8(Between(kShortest + 2, kLongest))
      .Skip(2)
      .U8(even)
      .Skip(1)
      .U8(Between(1, 127))
      .U8([](uint8_t count) { return (count & 0x7f) != 0; })
      .verdict();
}

FieldList Iec104Fields() { return FieldsOf<kIecType>(); }

std::unique_ptr<Session> StartIec104() { return StartFrames<&Iec104Size, &ReadIec104>(); }

}  // namespace rustnet::net
