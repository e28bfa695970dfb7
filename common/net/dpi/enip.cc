// SPDX-License-Identifier: Apache-2.0
// EtherNet/IP's encapsulation (CIP volume 2, section 2-3): command, length, session, status,
// context, options; little-endian.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kEnipCommand{"enip_command", false, true};

constexpr size_t kHeader = 24;

bool IsCommand(uint16_t command) {
  return command == 0x04 || (command >= 0x63 && command <= 0x66) || command == 0x6f ||
         command == 0x70 || command == 0x72 || command == 0x73;
}

size_t EnipSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t command = reader.Le16();
  const uint16_t length = reader.Le16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return IsCommand(command) || command == 0 ? kHeader + length : 0;
}

bool ReadEnip(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  const uint16_t command = reader.Le16();
  if (!reader.ok() || !IsCommand(command)) return false;
  facts->AddNumber(kEnipCommand, command);
  return true;
}

}  // namespace

Verdict ProbeEnip(Bytes opening) {
  return Shape(opening)
      .Le16(&IsCommand)
      .Le16(Between(0, 4096))
      .Skip(4)
      .Le32(Between(0, 0x6a))
      .Skip(8)
      .Le32(Equal(0))
      .verdict();
}

FieldList EnipFields() { return FieldsOf<kEnipCommand>(); }

std::unique_ptr<Session> StartEnip() { return StartFrames<&EnipSize, &ReadEnip>(); }
std::unique_ptr<Session> StartEnipDatagrams() { return StartDatagrams<&ReadEnip>(); }

}  // namespace rustnet::net
