// SPDX-License-Identifier: Apache-2.0
// RADIUS (RFC 2865 section 3, RFC 2866, RFC 5176): code, id, length, authenticator, then attributes
// of type, length and value to the end.  Passwords are never read.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kRadiusUser{"radius_user"};
constexpr Field kRadiusCode{"radius_code", false, true};

constexpr size_t kHeader = 20, kLongest = 4096;
constexpr uint8_t kUserName = 1;

bool IsCode(uint8_t code) {
  return (code >= 1 && code <= 5) || (code >= 11 && code <= 13) || (code >= 40 && code <= 45);
}

// With `facts` null it only judges.
Verdict ReadPacket(Bytes datagram, Facts* facts) {
  uint16_t length = 0;
  Shape shape(datagram);
  shape.U8(&IsCode).Skip(1).U16(
      [&](uint16_t n) { return (length = n) >= kHeader && n <= kLongest; });
  if (shape.Skip(16).verdict() != Verdict::kMatch) return shape.verdict();
  if (datagram.size() < length) return Verdict::kNeedMore;
  ByteReader reader(datagram.subspan(kHeader, length - kHeader));
  if (facts != nullptr) facts->AddNumber(kRadiusCode, datagram.front());
  while (!reader.empty()) {
    const uint8_t type = reader.U8();
    const uint8_t size = reader.U8();
    if (size < 2) return Verdict::kNotMine;
    const Bytes value = reader.Take(size - size_t{2});
    if (!reader.ok()) return Verdict::kNotMine;
    if (facts != nullptr && type == kUserName) facts->Add(kRadiusUser, AsText(value));
  }
  return Verdict::kMatch;
}

bool ReadRadius(Bytes datagram, const Moment&, Facts* facts) {
  return ReadPacket(datagram, nullptr) == Verdict::kMatch &&
         ReadPacket(datagram, facts) == Verdict::kMatch;
}

}  // namespace

Verdict ProbeRadius(Bytes datagram) { return ReadPacket(datagram, nullptr); }

FieldList RadiusFields() { return FieldsOf<kRadiusUser, kRadiusCode>(); }

std::unique_ptr<Session> StartRadius() { return StartDatagrams<&ReadRadius>(); }

}  // namespace rustnet::net
