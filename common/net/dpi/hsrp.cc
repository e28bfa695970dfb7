// SPDX-License-Identifier: Apache-2.0
// HSRP (RFC 2281 section 5): version 0, operation, state, times, priority, group; or (Wireshark:
// packet-hsrp) the state of an interface.  Version 2 has TLVs, of which the first is the group's
// state, or its interface's before it.  The authentication data is a password: not read.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kHsrpVersion{"hsrp_version", false, true};

constexpr size_t kVersion1 = 20;

bool IsState(uint8_t state) { return state <= 2 || state == 4 || state == 8 || state == 16; }

// The times in a Hello are not 0, and a digest may follow.
Verdict ProbeVersion1(Bytes datagram) {
  constexpr uint8_t kDigest = 4;
  Shape shape(datagram);
  bool hello = false;
  const auto is_time = [&](uint8_t n) { return !hello || n != 0; };
  shape.U8(Equal(0)).U8([&](uint8_t n) { return (hello = n == 0) || n <= 2; }).U8(&IsState);
  shape.U8(is_time).U8(is_time);
  shape.Skip(2).U8(Equal(0)).Skip(kVersion1 - 8);
  if (shape.verdict() != Verdict::kMatch || datagram.size() == kVersion1) return shape.verdict();
  return datagram[kVersion1] == kDigest ? Verdict::kMatch : Verdict::kNotMine;
}

constexpr std::string_view kInterface("\2\4", 2);  // TLV: how many groups are active and passive
constexpr size_t kInterfaceSize = 6;

Verdict ProbeVersion2(Bytes datagram) {
  if (datagram.front() == static_cast<uint8_t>(kInterface.front())) {
    const Verdict verdict = Shape(datagram).Is(kInterface).Skip(4).verdict();
    const bool alone = datagram.size() <= kInterfaceSize;
    if (verdict != Verdict::kMatch || alone) return verdict;
    datagram = datagram.subspan(kInterfaceSize);
  }
  return Shape(datagram).Is("\1\x28\2").U8(Between(0, 2)).U8(Between(0, 6)).Skip(37).verdict();
}

bool ReadHsrp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeHsrp(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kHsrpVersion, datagram.front() == 0 ? 1 : 2);
  return true;
}

}  // namespace

Verdict ProbeHsrp(Bytes datagram) {
  if (datagram.front() == 1 || datagram.front() == 2) return ProbeVersion2(datagram);
  const Verdict group = ProbeVersion1(datagram);
  if (group != Verdict::kNotMine) return group;
  // Advertise: a type, the length of what follows, a state, a reserved byte.
  Shape shape(datagram);
  shape.Is(std::string_view("\0\3\0\1\0\x0a", 6)).U8(Between(1, 3)).U8(Equal(0)).Skip(8);
  return shape.verdict();
}

FieldList HsrpFields() { return FieldsOf<kHsrpVersion>(); }

std::unique_ptr<Session> StartHsrp() { return StartDatagrams<&ReadHsrp>(); }

}  // namespace rustnet::net
