// SPDX-License-Identifier: Apache-2.0
// QUIC packets as far as they are in clear: long headers (RFC 9000 section 17.2, RFC 9369 and
// drafts), and the transport parameters in a client's hello.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissector.h"
#include "common/net/dpi/quic_crypto.h"

namespace rustnet::net {

inline constexpr uint32_t kQuicT051 = 0x54303531;  // Google's last of its own

// What opens a version's Initials; null: that version is not known.
const QuicSecrets* QuicSecretsOf(uint32_t version);
// "v1", "draft-29"; REQUIRES: the version is known.
std::string QuicVersionName(uint32_t version);

// A variable-length integer (RFC 9000 section 16).
uint64_t QuicVarInt(ByteReader* reader);

enum class QuicKind : uint8_t { kInitial, kZeroRtt, kHandshake, kRetry, kNegotiation, kUnknown };

// With a long header.
struct QuicPacket {
  QuicKind kind = QuicKind::kUnknown;
  uint32_t version = 0;
  Bytes destination;
  Bytes source;
  Bytes token;
  Bytes whole;        // from its first byte to its last; kNegotiation and kRetry: what follows
  size_t number = 0;  // where in `whole` the packet number begins
};

// Takes the next packet with a long header off `*datagram`.
Verdict ReadQuicPacket(Bytes* datagram, QuicPacket* packet);

// RFC 9000 section 18.2.
struct QuicParameters {
  uint64_t idle_timeout_ms = 0;  // 0: none
  uint64_t max_udp_payload = 0;  // 0: not said
};
// False if they are not whole; then nothing is told.
bool ReadQuicParameters(ByteReader reader, QuicParameters* parameters);

}  // namespace rustnet::net
