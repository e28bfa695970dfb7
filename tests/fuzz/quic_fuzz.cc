// SPDX-License-Identifier: Apache-2.0
// Any frames inside Initials that open: what the tag keeps from registry_fuzz.  The input is pieces
// of a byte of direction, two of length, and frames.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/inspection.h"
#include "tests/unit/common/net/dpi/quic_seal.h"

namespace {

using rustnet::ByteReader;
using rustnet::Bytes;
using namespace rustnet::net;  // NOLINT(google-build-using-namespace)

const QuicSecrets kV1{{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                       0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                      QuicLabels::kV1};

// An Initial of version 1, with a packet number of four bytes.
std::string Initial(const QuicKeys& keys, const std::string& id, std::string frames) {
  frames.resize(std::max<size_t>(frames.size(), 4));
  const size_t length = 4 + frames.size() + kQuicTagSize;
  std::string header("\xc3\0\0\0\1", 5);
  header += static_cast<char>(id.size());
  header += id;
  header.append(2, '\0');  // no source, no token
  header += static_cast<char>(0x40 | length >> 8);
  header += static_cast<char>(length & 0xff);
  return SealInitial(keys, header + std::string("\0\0\0\1", 4), frames);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string id = "connects";
  const QuicKeyPair keys = InitialKeys(kV1, rustnet::AsBytes(id));
  const InspectionLimits limits;
  InspectionCounters counters;
  Inspection inspection(Protocol::kUdp, 40000, 443, &limits, &counters);
  ByteReader script(Bytes(data, size));
  while (!script.empty() && inspection.wants_more()) {
    const bool client = (script.U8() & 1) == 0;
    const std::string frames(rustnet::AsText(script.TakeUpTo(script.U16() & 0x3ff)));
    const std::string packet =
        client ? Initial(keys.client, id, frames) : Initial(keys.server, "", frames);
    inspection.OnData(client ? Direction::kForward : Direction::kBackward, rustnet::AsBytes(packet),
                      Moment{});
  }
  if (inspection.memory() > (1U << 18)) std::abort();
  return 0;
}
