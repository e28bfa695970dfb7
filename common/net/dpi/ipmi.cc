// SPDX-License-Identifier: Apache-2.0
// RMCP (ASF 2.0 section 3.2): version 6, reserved, sequence, class.  IPMI (IPMI 2.0 section 13.6)
// has a session's header behind it, ASF its enterprise number.  What a session says or proves
// itself with is not read.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kIpmiClass{"ipmi_class"};

constexpr uint8_t kAsf = 6, kIpmi = 7;
constexpr uint32_t kAsfEnterprise = 4542;
constexpr uint8_t kNoAuth = 0, kReserved = 3, kRmcpPlus = 6;
constexpr size_t kAuthCode = 16;

// Standard payloads, one of an OEM's own header, those of setting up a session, OEM's others.
bool IsPayload(uint8_t type) {
  type &= 0x3f;
  return type <= 2 || (type >= 0x10 && type <= 0x15) || (type >= 0x20 && type <= 0x27);
}

// Ping and what sets a machine up or off; their answers; what opens a session.
bool IsAsfMessage(uint8_t type) {
  return (type >= 0x10 && type <= 0x13) || (type >= 0x40 && type <= 0x45) ||
         (type >= 0x80 && type <= 0x85) || (type >= 0xc0 && type <= 0xc3);
}

// The length at the end of a session's header holds with what is there.
Verdict ProbeSession(Bytes session) {
  const uint8_t auth = session.front();
  if (auth > kRmcpPlus || auth == kReserved) return Verdict::kNotMine;
  ByteReader reader(session);
  reader.Skip(1);
  size_t length = 0;
  if (auth == kRmcpPlus) {
    if (reader.empty()) return Verdict::kNeedMore;
    const uint8_t payload = reader.U8();
    if (!IsPayload(payload)) return Verdict::kNotMine;
    reader.Skip((payload & 0x3f) == 2 ? 6 + 8 : 8);
    length = reader.Le16();
    if (reader.ok() && length > 1024) return Verdict::kNotMine;
  } else {
    reader.Skip(auth == kNoAuth ? 8 : 8 + kAuthCode);
    length = reader.U8();
    // Addresses, command and two checks are always there.
    if (reader.ok() && length < 7) return Verdict::kNotMine;
  }
  return reader.ok() && reader.size() >= length ? Verdict::kMatch : Verdict::kNeedMore;
}

bool ReadIpmi(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeIpmi(datagram) != Verdict::kMatch) return false;
  facts->Add(kIpmiClass, datagram[3] == kAsf ? "asf" : "ipmi");
  return true;
}

}  // namespace

Verdict ProbeIpmi(Bytes datagram) {
  uint8_t kind = 0;
  Shape shape(datagram);
  shape.Is(std::string_view("\6\0", 2)).Skip(1).U8([&](uint8_t byte) {
    kind = byte;
    return kind == kAsf || kind == kIpmi;
  });
  if (kind == kAsf) shape.U32(Equal(kAsfEnterprise)).U8(&IsAsfMessage).Skip(3);
  if (shape.verdict() != Verdict::kMatch || kind == kAsf) return shape.verdict();
  return shape.rest().empty() ? Verdict::kNeedMore : ProbeSession(shape.rest());
}

FieldList IpmiFields() { return FieldsOf<kIpmiClass>(); }

std::unique_ptr<Session> StartIpmi() { return StartDatagrams<&ReadIpmi>(); }

}  // namespace rustnet::net
