// SPDX-License-Identifier: Apache-2.0
// The user data of SCTP packets, as one stream of bytes for each direction: the first stream of the
// association that carried any.  Applications that moved from TCP (HTTP, Diameter) read it as such.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/byte_reader.h"

namespace rustnet::net {

struct SctpData {
  uint32_t tsn = 0;
  uint16_t stream = 0;
  Bytes data;  // borrowed
};

// Takes chunks off `chunks` up to the next one with data (DATA of RFC 9260 3.3.1, I-DATA of RFC
// 8260 2.1); nothing if there is no further.
std::optional<SctpData> NextSctpData(ByteReader* chunks);

// One direction: which data comes next.
class SctpOrder {
 public:
  enum class Place : uint8_t {
    kOther,   // seen before, or of another stream
    kNext,    // as expected
    kBehind,  // something before it was not seen
  };
  Place Take(const SctpData& data);

 private:
  uint32_t next_ = 0;
  uint16_t stream_ = 0;
  bool begun_ = false;
};

}  // namespace rustnet::net
