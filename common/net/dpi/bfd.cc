// SPDX-License-Identifier: Apache-2.0
// BFD control packets (RFC 5880 section 4.1): version 1, state and flags, multiplier, length of the
// packet, discriminators.  Version 0 (draft-ietf-bfd-base-02) has other flags and no state.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kBfdState{"bfd_state"};

constexpr std::string_view kStates[] = {"admin_down", "down", "init", "up"};

bool ReadBfd(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeBfd(datagram) != Verdict::kMatch) return false;
  if (datagram[0] >> 5 == 1) facts->Add(kBfdState, kStates[datagram[1] >> 6]);
  return true;
}

}  // namespace

Verdict ProbeBfd(Bytes datagram) {
  uint8_t length = 0;
  Shape shape(datagram);
  shape.U8([](uint8_t first) { return first >> 5 <= 1 && (first & 0x1f) <= 9; }).Skip(1);
  shape.U8(Between(1, 255)).U8([&](uint8_t n) { return (length = n) >= 24; });
  shape.U32(Between(1, 0xffffffff)).Skip(16);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return datagram.size() == length  ? Verdict::kMatch
         : datagram.size() < length ? Verdict::kNeedMore
                                    : Verdict::kNotMine;
}

FieldList BfdFields() { return FieldsOf<kBfdState>(); }

std::unique_ptr<Session> StartBfd() { return StartDatagrams<&ReadBfd>(); }

}  // namespace rustnet::net
