// SPDX-License-Identifier: Apache-2.0
// The protection of QUIC's Initial packets (RFC 9001 section 5): against who does not look at all,
// since its keys follow from a connection id in clear.  Reads no file.  Without libcrypto
// (RUSTNET_WITH_CRYPTO=OFF) nothing can be opened.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/base/bytes.h"

namespace rustnet::net {

inline constexpr size_t kQuicSaltSize = 20;
inline constexpr size_t kQuicTagSize = 16;

inline constexpr size_t kLongestQuicId = 20;

enum class QuicLabels : uint8_t { kV1, kV2 };  // that begin with "quic", and with "quicv2"

// What a version has of its own.
struct QuicSecrets {
  std::array<uint8_t, kQuicSaltSize> salt;
  QuicLabels labels;
};

struct QuicKeys {
  std::array<uint8_t, 16> key;
  std::array<uint8_t, 12> iv;
  std::array<uint8_t, 16> header;
};

enum class QuicEnd : uint8_t { kClient, kServer };

// What protects the packets of `end`, from the Destination Connection ID of a client's first
// Initial.  False: no libcrypto.
bool DeriveInitialKeys(const QuicSecrets& secrets, Bytes connection_id, QuicEnd end,
                       QuicKeys* keys);

// The frames of a packet, given from its first byte to its last, of which the packet number begins
// at `number`; they stand in `*scratch`, which grows as needed and may serve many packets.  Empty:
// the tag is not that of these keys (a packet without frames is an error, RFC 9000 section 12.4).
Bytes OpenInitial(const QuicKeys& keys, Bytes packet, size_t number, std::vector<uint8_t>* scratch);

}  // namespace rustnet::net
