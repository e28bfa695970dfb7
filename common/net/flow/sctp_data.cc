// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/sctp_data.h"

namespace rustnet::net {

std::optional<SctpData> NextSctpData(ByteReader* chunks) {
  constexpr uint8_t kData = 0, kIData = 64;
  constexpr size_t kChunkHeader = 4, kDataHeader = 12, kIDataHeader = 16;
  while (chunks->size() >= kChunkHeader) {
    const uint8_t type = chunks->U8();
    chunks->Skip(1);
    const uint16_t length = chunks->U16();
    if (length < kChunkHeader) break;
    const Bytes value = chunks->TakeUpTo(length - kChunkHeader);
    chunks->TakeUpTo(-length & 3U);  // padding
    if (type != kData && type != kIData) continue;
    ByteReader in(value);
    SctpData found{.tsn = in.U32(), .stream = in.U16(), .data = {}};
    in.Skip((type == kData ? kDataHeader : kIDataHeader) - 6);
    if (!in.ok() || in.empty()) continue;
    found.data = in.rest();
    return found;
  }
  return std::nullopt;
}

// TSNs count chunks of all streams (RFC 9260 1.6), so a hole may be another stream's: that one is
// passed over too, and the hole is not known to be ours.
SctpOrder::Place SctpOrder::Take(const SctpData& data) {
  if (!begun_) {
    begun_ = true;
    stream_ = data.stream;
    next_ = data.tsn;
  }
  const auto ahead = static_cast<int32_t>(data.tsn - next_);
  if (ahead < 0) return Place::kOther;
  next_ = data.tsn + 1;
  if (data.stream != stream_) return Place::kOther;
  return ahead == 0 ? Place::kNext : Place::kBehind;
}

}  // namespace rustnet::net
