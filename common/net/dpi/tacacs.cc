// SPDX-License-Identifier: Apache-2.0
// TACACS+ (RFC 8907 section 4.1): version, type, number, flags, session, length; the body, which is
// obfuscated or holds a password, is not read.
#include <iterator>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kTacacsType{"tacacs_type"};

constexpr size_t kHeader = 12;
constexpr uint32_t kLongest = 65535;
constexpr std::string_view kTypes[] = {"authentication", "authorization", "accounting"};

size_t TacacsSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t version = reader.U8();
  reader.Skip(7);
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version >> 4 == 0xc && length <= kLongest ? kHeader + length : 0;
}

bool ReadTacacs(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(1);
  const uint8_t type = reader.U8();
  if (!reader.ok() || type == 0 || type > std::size(kTypes)) return false;
  facts->Add(kTacacsType, kTypes[type - 1]);
  return true;
}

}  // namespace

Verdict ProbeTacacs(Bytes opening) {
  constexpr uint8_t kFlags = 0x05;
  return Shape(opening)
      .U8(Between(0xc0, 0xc1))
      .U8(Between(1, std::size(kTypes)))
      .U8(Between(1, 255))
      .U8([](uint8_t flags) { return (flags & ~kFlags) == 0; })
      .Skip(4)
      .U32(Between(5, kLongest))
      .verdict();
}

FieldList TacacsFields() { return FieldsOf<kTacacsType>(); }

std::unique_ptr<Session> StartTacacs() { return StartFrames<&TacacsSize, &ReadTacacs, kHeader>(); }

}  // namespace rustnet::net
