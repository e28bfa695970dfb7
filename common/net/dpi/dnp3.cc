// SPDX-License-Identifier: Apache-2.0
// DNP3 (IEEE 1815-2012 section 9.2): 05 64, length, control, destination, source, a checksum of
// these eight bytes; then up to 250 bytes in blocks of sixteen, each with its own.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kDnp3Source{"dnp3_source", false, true};
constexpr Field kDnp3Destination{"dnp3_destination", false, true};
constexpr Field kDnp3Function{"dnp3_function", false, true};

constexpr size_t kHeader = 10;
constexpr uint8_t kShortest = 5;  // counts from the control byte

// Annex E of IEEE 1815: x^16+x^13+x^12+x^11+x^10+x^8+x^6+x^5+x^2+1, reflected and inverted.
uint16_t Checksum(Bytes bytes) {
  uint16_t crc = 0;
  for (const uint8_t byte : bytes) {
    crc = static_cast<uint16_t>(crc ^ byte);
    for (int bit = 0; bit < 8; ++bit) {
      crc = static_cast<uint16_t>((crc & 1) != 0 ? crc >> 1 ^ 0xa6bc : crc >> 1);
    }
  }
  return static_cast<uint16_t>(~crc);
}

size_t Dnp3Size(Bytes start) {
  ByteReader reader(start);
  const uint16_t magic = reader.U16();
  const uint8_t length = reader.U8();
  if (!reader.ok()) return kFrameSizeUnknown;
  if (magic != 0x0564 || length < kShortest) return 0;
  const size_t data = length - size_t{kShortest};
  return kHeader + data + (data + 15) / 16 * 2;
}

bool ReadDnp3(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(4);
  const uint16_t destination = reader.Le16();
  const uint16_t source = reader.Le16();
  const uint16_t checksum = reader.Le16();
  if (!reader.ok() || checksum != Checksum(frame.first(8))) return false;
  facts->AddNumber(kDnp3Source, source);
  facts->AddNumber(kDnp3Destination, destination);
  reader.Skip(2);  // transport, application control
  const uint8_t function = reader.U8();
  if (reader.ok()) facts->AddNumber(kDnp3Function, function);
  return true;
}

}  // namespace

Verdict ProbeDnp3(Bytes opening) {
  Shape shape(opening);
  shape.Is("\x05\x64").U8(Between(kShortest, 255)).Skip(5);
  shape.Le16([&](uint16_t checksum) { return checksum == Checksum(opening.first(8)); });
  return shape.verdict();
}

FieldList Dnp3Fields() { return FieldsOf<kDnp3Source, kDnp3Destination, kDnp3Function>(); }

std::unique_ptr<Session> StartDnp3() { return StartFrames<&Dnp3Size, &ReadDnp3>(); }
std::unique_ptr<Session> StartDnp3Datagrams() { return StartDatagrams<&ReadDnp3>(); }

}  // namespace rustnet::net
