// SPDX-License-Identifier: Apache-2.0
// sFlow 5 (sflow.org, "sFlow Version 5"): version, kind of address, address, sub-agent, number,
// uptime, count of samples.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kSflowVersion{"sflow_version", false, true};

bool ReadSflow(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeSflow(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kSflowVersion, datagram[3]);
  return true;
}

}  // namespace

Verdict ProbeSflow(Bytes datagram) {
  uint32_t family = 0;
  Shape shape(datagram);
  shape.U32([](uint32_t version) { return version == 2 || version == 4 || version == 5; });
  shape.U32([&](uint32_t n) { return (family = n) == 1 || n == 2; });
  return shape.Skip(family == 2 ? 16 : 4).Skip(12).U32(Between(1, 256)).verdict();
}

FieldList SflowFields() { return FieldsOf<kSflowVersion>(); }

std::unique_ptr<Session> StartSflow() { return StartDatagrams<&ReadSflow>(); }

}  // namespace rustnet::net
