// SPDX-License-Identifier: Apache-2.0
// HSRP (RFC 2281 section 5): version 0, operation, state, times, priority, group; version 2 has
// TLVs, of which the first is the group's state.  The authentication data is a password: not read.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kHsrpVersion{"hsrp_version", false, true};

constexpr size_t kVersion1 = 20;

bool IsState(uint8_t state) { return state <= 2 || state == 4 || state == 8 || state == 16; }

Verdict ProbeVersion2(Bytes datagram) {
  return Shape(datagram).Is("\1\x28\2").U8(Between(0, 2)).U8(Between(0, 6)).Skip(37).verdict();
}

bool ReadHsrp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeHsrp(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kHsrpVersion, datagram.front() == 0 ? 1 : 2);
  return true;
}

}  // namespace

Verdict ProbeHsrp(Bytes datagram) {
  if (datagram.front() == 1) return ProbeVersion2(datagram);
  const Verdict verdict =
      Shape(datagram).U8(Equal(0)).U8(Between(0, 2)).U8(&IsState).Skip(kVersion1 - 3).verdict();
  return verdict;
}

FieldList HsrpFields() { return FieldsOf<kHsrpVersion>(); }

std::unique_ptr<Session> StartHsrp() { return StartDatagrams<&ReadHsrp>(); }

}  // namespace rustnet::net
