// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/sflow_samples.h"

#include <algorithm>

namespace rustnet::net {
namespace {

constexpr uint32_t kVersion = 5;
constexpr uint32_t kFlowSample = 1, kExpandedFlowSample = 3;  // of enterprise 0
constexpr uint32_t kRawPacketHeader = 1;

std::optional<LinkType> LinkOf(uint32_t header_protocol) {
  switch (header_protocol) {
    case 1:
      return LinkType::kEthernet;
    case 11:
      return LinkType::kIpv4;
    case 12:
      return LinkType::kIpv6;
    default:
      return std::nullopt;
  }
}

}  // namespace

SflowSamples::SflowSamples(Bytes datagram) : datagram_(datagram) {
  if (datagram_.U32() != kVersion) return;
  const uint32_t family = datagram_.U32();
  datagram_.Skip((family == 2 ? 16 : 4) + 12);
  samples_ = datagram_.U32();
  if (!datagram_.ok()) samples_ = 0;
}

bool SflowSamples::NextSample() {
  while (samples_ > 0) {
    --samples_;
    const uint32_t tag = datagram_.U32();
    sample_ = datagram_.Sub(datagram_.U32());
    if (!datagram_.ok()) samples_ = 0;
    if (tag != kFlowSample && tag != kExpandedFlowSample) continue;
    sample_.Skip(tag == kFlowSample ? 28 : 40);
    records_ = sample_.U32();
    if (sample_.ok()) return true;
  }
  return false;
}

std::optional<SampledFrame> SflowSamples::Next() {
  for (;;) {
    while (records_ > 0 && sample_.ok()) {
      --records_;
      const uint32_t tag = sample_.U32();
      ByteReader record = sample_.Sub(sample_.U32());
      if (tag != kRawPacketHeader) continue;
      const std::optional<LinkType> link = LinkOf(record.U32());
      const uint32_t length = record.U32();
      record.Skip(4);  // stripped
      const Bytes bytes = record.Take(record.U32());
      if (!record.ok() || bytes.empty() || !link) continue;
      return SampledFrame{*link, std::max(length, static_cast<uint32_t>(bytes.size())), bytes};
    }
    records_ = 0;
    if (!NextSample()) return std::nullopt;
  }
}

}  // namespace rustnet::net
