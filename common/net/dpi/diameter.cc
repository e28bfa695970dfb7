// SPDX-License-Identifier: Apache-2.0
// Diameter (RFC 6733 section 3): version, length, flags, command, application, two ids; then AVPs
// of code, flags, length, value, in steps of four bytes.  The first is the session or who asks.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kDiameterCommand{"diameter_command", false, true};
constexpr Field kDiameterHost{"diameter_host"};
constexpr Field kDiameterRealm{"diameter_realm"};

constexpr uint32_t kHeader = 20, kLongest = 1 << 20;
constexpr uint32_t kSessionId = 263, kOriginHost = 264, kResultCode = 268, kOriginRealm = 296;
constexpr uint8_t kVendorFlag = 0x80;

size_t DiameterSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t version = reader.U8();
  const uint32_t length = reader.U24();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version == 1 && length >= kHeader && length <= kLongest && length % 4 == 0 ? length : 0;
}

bool ReadDiameter(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(5);
  facts->AddNumber(kDiameterCommand, reader.U24());
  reader.Skip(12);
  if (!reader.ok()) return false;
  while (!reader.empty()) {
    const uint32_t code = reader.U32();
    const uint8_t flags = reader.U8();
    uint32_t length = reader.U24();
    const uint32_t header = (flags & kVendorFlag) != 0 ? 12 : 8;
    if (header == 12) reader.Skip(4);
    if (length < header) break;
    length -= header;
    const Bytes value = reader.Take(length);
    reader.TakeUpTo(-length & 3);
    if (!reader.ok()) break;
    if (code == kOriginHost) facts->Add(kDiameterHost, AsText(value));
    if (code == kOriginRealm) facts->Add(kDiameterRealm, AsText(value));
  }
  return true;
}

}  // namespace

Verdict ProbeDiameter(Bytes opening) {
  return Shape(opening)
      .Is(std::string_view("\1\0", 2))
      .U16([](uint16_t length) { return length >= kHeader && length % 4 == 0; })
      .U8([](uint8_t flags) { return (flags & 0x0f) == 0; })
      .U24(Between(257, 8388999))
      .Skip(12)
      .U32([](uint32_t code) {
        return code == kSessionId || code == kOriginHost || code == kResultCode ||
               code == kOriginRealm;
      })
      .U8([](uint8_t flags) { return (flags & 0x1f) == 0; })
      .verdict();
}

FieldList DiameterFields() { return FieldsOf<kDiameterCommand, kDiameterHost, kDiameterRealm>(); }

std::unique_ptr<Session> StartDiameter() {
  return StartFrames<&DiameterSize, &ReadDiameter, 1024>();
}

}  // namespace rustnet::net
