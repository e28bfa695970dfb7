// SPDX-License-Identifier: Apache-2.0
// ASN.1 BER (ITU-T X.690) as far as SNMP, LDAP and Kerberos need it: a tag of one byte, a definite
// length of at most four, a value.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/byte_reader.h"

namespace rustnet::net {

namespace ber {
inline constexpr uint8_t kInteger = 0x02, kOctetString = 0x04, kSequence = 0x30;
}

struct BerValue {
  uint8_t tag = 0;
  ByteReader body{Bytes()};
};

// The next value.  If it is not whole, `*reader` and the value's reader have failed.
inline BerValue ReadBer(ByteReader* reader) {
  BerValue value;
  value.tag = reader->U8();
  size_t length = reader->U8();
  if (length > 0x84 || length == 0x80) {  // too long for us, or indefinite
    reader->Skip(reader->size() + 1);
  } else if (length > 0x80) {
    const size_t bytes = length & 0x7f;
    length = 0;
    for (size_t i = 0; i < bytes; ++i) length = length << 8 | reader->U8();
  }
  value.body = reader->Sub(length);
  return value;
}

// A value that must have that tag: else the reader of its body has failed.
inline ByteReader ReadBerAs(uint8_t tag, ByteReader* reader) {
  BerValue value = ReadBer(reader);
  if (value.tag != tag) value.body.Skip(value.body.size() + 1);
  return value.body;
}

// A small non-negative INTEGER.
inline std::optional<uint32_t> ReadBerInteger(ByteReader* reader) {
  ByteReader body = ReadBerAs(ber::kInteger, reader);
  if (!body.ok() || body.empty() || body.size() > 4) return std::nullopt;
  uint32_t number = 0;
  while (!body.empty()) number = number << 8 | body.U8();
  return number;
}

}  // namespace rustnet::net
