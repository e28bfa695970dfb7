// SPDX-License-Identifier: Apache-2.0
// Modbus over TCP (Modbus Messaging on TCP/IP Implementation Guide 1.0b, section 3.1.3):
// transaction, protocol 0, length of what follows, unit, function; an exception has the function's
// high bit set.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kModbusUnit{"modbus_unit", false, true};
constexpr Field kModbusFunction{"modbus_function", false, true};

constexpr uint16_t kShortest = 2, kLongest = 254;

size_t ModbusSize(Bytes start) {
  ByteReader reader(start);
  reader.Skip(2);
  const uint16_t protocol = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return protocol == 0 && length >= kShortest && length <= kLongest ? length + size_t{6} : 0;
}

bool ReadModbus(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(6);
  const uint8_t unit = reader.U8();
  const uint8_t function = reader.U8() & 0x7f;
  if (!reader.ok() || function == 0) return false;
  facts->AddNumber(kModbusUnit, unit);
  facts->AddNumber(kModbusFunction, function);
  return true;
}

}  // namespace

Verdict ProbeModbus(Bytes opening) {
  return Shape(opening)
      .Skip(2)
      .Is(std::string_view("\0\0", 2))
      .U16(Between(kShortest, kLongest))
      .Skip(1)
      .U8([](uint8_t function) { return (function & 0x7f) != 0; })
      .verdict();
}

FieldList ModbusFields() { return FieldsOf<kModbusUnit, kModbusFunction>(); }

std::unique_ptr<Session> StartModbus() { return StartFrames<&ModbusSize, &ReadModbus>(); }

}  // namespace rustnet::net
