// SPDX-License-Identifier: Apache-2.0
// SOME/IP (AUTOSAR PRS_SOMEIPProtocol section 4.1.2): service, method, length, client, session,
// protocol version 1, interface version, kind of message, return code.  Its service discovery
// (PRS_SOMEIPServiceDiscoveryProtocol) is service ffff, method 8100.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kSomeipService{"someip_service", false, true};

constexpr size_t kBeforeLength = 8;
constexpr uint32_t kShortest = 8, kLongest = 1U << 24;
constexpr uint8_t kSegment = 0x20;
constexpr uint8_t kLastCode = 0x1f;

bool IsKind(uint8_t kind) {
  kind &= static_cast<uint8_t>(~kSegment);
  return kind <= 2 || (kind >= 0x40 && kind <= 0x42) || kind == 0x80 || kind == 0x81 ||
         kind == 0xc0 || kind == 0xc1;
}

// Only an answer fails.
bool IsCode(uint8_t kind, uint8_t code) {
  return (kind & 0x80) != 0 ? code <= kLastCode : code == 0;
}

size_t SomeipSize(Bytes start) {
  ByteReader reader(start);
  reader.Skip(4);
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length >= kShortest && length <= kLongest ? kBeforeLength + length : 0;
}

bool ReadSomeip(Bytes message, const Moment&, Facts* facts) {
  if (ProbeSomeip(message) != Verdict::kMatch) return false;
  facts->AddNumber(kSomeipService, ByteReader(message).U16());
  return true;
}

// A datagram may hold several.
bool ReadSomeipDatagram(Bytes datagram, const Moment& moment, Facts* facts) {
  bool known = false;
  ByteReader reader(datagram);
  while (!reader.empty()) {
    const size_t size = SomeipSize(reader.rest());
    if (size == 0 || size == kFrameSizeUnknown || size > reader.size()) break;
    known = ReadSomeip(reader.Take(size), moment, facts) || known;
  }
  return known;
}

}  // namespace

Verdict ProbeSomeip(Bytes opening) {
  uint8_t kind = 0;
  return Shape(opening)
      .Skip(4)
      .U32(Between(kShortest, kLongest))
      .Skip(4)
      .U8(Equal(1))
      .Skip(1)
      .U8([&](uint8_t byte) { return IsKind(kind = byte); })
      .U8([&](uint8_t code) { return IsCode(kind, code); })
      .verdict();
}

Verdict ProbeSomeipDatagram(Bytes datagram) {
  const Verdict verdict = ProbeSomeip(datagram);
  if (verdict != Verdict::kMatch) return verdict;
  return SomeipSize(datagram) <= datagram.size() ? Verdict::kMatch : Verdict::kNeedMore;
}

// Client 0, a notification, flags, and entries of sixteen bytes each.
Verdict ProbeSomeipDiscovery(Bytes datagram) {
  uint32_t length = 0;
  return Shape(datagram)
      .Is(std::string_view("\xff\xff\x81\0", 4))
      .U32([&](uint32_t n) { return (length = n) >= 20 && n <= 0xffff; })
      .U16(Equal(0))
      .U16(Between(1, 0xffff))
      .Is(std::string_view("\1\1\2\0", 4))
      .U8([](uint8_t flags) { return (flags & 0x1f) == 0; })
      .U24(Equal(0))
      .U32([&](uint32_t entries) { return entries % 16 == 0 && entries + 20 <= length; })
      .verdict();
}

FieldList SomeipFields() { return FieldsOf<kSomeipService>(); }

std::unique_ptr<Session> StartSomeip() { return StartFrames<&SomeipSize, &ReadSomeip>(); }
std::unique_ptr<Session> StartSomeipDatagrams() { return StartDatagrams<&ReadSomeipDatagram>(); }

}  // namespace rustnet::net
