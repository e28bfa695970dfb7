// SPDX-License-Identifier: Apache-2.0
// RIP (RFC 2453 section 3.6) and RIPng (RFC 2080 section 2.1): command, version, zero, then entries
// of twenty bytes.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kRipVersion{"rip_version"};

constexpr size_t kHeader = 4, kEntry = 20;

bool ReadRip(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeRip(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kRipVersion, datagram[1]);
  return true;
}

bool ReadRipng(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeRipng(datagram) != Verdict::kMatch) return false;
  facts->Add(kRipVersion, "ng");
  return true;
}

bool IsWhole(Bytes datagram) {
  return datagram.size() > kHeader && (datagram.size() - kHeader) % kEntry == 0;
}

}  // namespace

Verdict ProbeRip(Bytes datagram) {
  Shape shape(datagram);
  shape.U8(Between(1, 2)).U8(Between(1, 2)).U16(Equal(0)).U16([](uint16_t family) {
    return family == 0 || family == 2 || family == 0xffff;
  });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return IsWhole(datagram) ? Verdict::kMatch : Verdict::kNeedMore;
}

Verdict ProbeRipng(Bytes datagram) {
  Shape shape(datagram);
  shape.U8(Between(1, 2)).U8(Equal(1)).U16(Equal(0));
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return IsWhole(datagram) ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList RipFields() { return FieldsOf<kRipVersion>(); }

std::unique_ptr<Session> StartRip() { return StartDatagrams<&ReadRip>(); }
std::unique_ptr<Session> StartRipng() { return StartDatagrams<&ReadRipng>(); }

}  // namespace rustnet::net
