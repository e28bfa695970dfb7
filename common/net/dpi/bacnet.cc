// SPDX-License-Identifier: Apache-2.0
// BACnet/IP (ASHRAE 135 annex J.2): 81, function, length of all; where an NPDU follows its
// version 1.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kBacnetFunction{"bacnet_function", false, true};

constexpr uint8_t kForwarded = 4, kDistribute = 9, kBroadcast = 11, kLast = 12;

bool ReadBacnet(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeBacnet(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kBacnetFunction, datagram[1]);
  return true;
}

}  // namespace

Verdict ProbeBacnet(Bytes datagram) {
  uint8_t function = 0;
  uint16_t length = 0;
  Shape shape(datagram);
  shape.Is("\x81").U8([&](uint8_t n) { return (function = n) <= kLast; });
  shape.U16([&](uint16_t n) { return (length = n) >= 4; });
  if (function == kForwarded) shape.Skip(6);
  if (function >= kDistribute && function <= kBroadcast) shape.U8(Equal(1));
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return datagram.size() == length  ? Verdict::kMatch
         : datagram.size() < length ? Verdict::kNeedMore
                                    : Verdict::kNotMine;
}

FieldList BacnetFields() { return FieldsOf<kBacnetFunction>(); }

std::unique_ptr<Session> StartBacnet() { return StartDatagrams<&ReadBacnet>(); }

}  // namespace rustnet::net
