// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/quic_packet.h"

namespace rustnet::net {
namespace {

// RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the same section of the drafts.
constexpr QuicSecrets kV1{{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                           0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                          QuicLabels::kV1};
constexpr QuicSecrets kV2{{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                           0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
                          QuicLabels::kV2};
constexpr QuicSecrets kDraft29{{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                                0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
                               QuicLabels::kV1};
constexpr QuicSecrets kDraft23{{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                                0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
                               QuicLabels::kV1};
constexpr QuicSecrets kDraft22{{0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
                                0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a},
                               QuicLabels::kV1};
// Google's last before it took the standard: draft 29 with a salt of its own.
constexpr QuicSecrets kT051{{0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
                             0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d},
                            QuicLabels::kV1};

constexpr uint32_t kVersion1 = 1, kVersion2 = 0x6b3343cf;
constexpr uint32_t kDrafts = 0xff000000, kFacebook = 0xfaceb000;

// RFC 9000 section 15: to see whether a server copes with what it does not know.
bool IsReserved(uint32_t version) { return (version & 0x0f0f0f0f) == 0x0a0a0a0a; }

QuicKind KindOf(uint8_t first, uint32_t version) {
  const uint32_t type = first >> 4 & 3;
  // RFC 9369 section 3.2.
  return static_cast<QuicKind>(version == kVersion2 ? (type + 3) % 4 : type);
}

}  // namespace

const QuicSecrets* QuicSecretsOf(uint32_t version) {
  if (version == kVersion1 || version == kDrafts + 33 || version == kDrafts + 34) return &kV1;
  if (version == kVersion2) return &kV2;
  if (version == kQuicT051) return &kT051;
  if (version == kFacebook + 1) return &kDraft22;
  if (version == kFacebook + 2) return &kDraft23;
  if (version >= kDrafts + 29 && version <= kDrafts + 32) return &kDraft29;
  if (version >= kDrafts + 23 && version <= kDrafts + 28) return &kDraft23;
  return version == kDrafts + 22 ? &kDraft22 : nullptr;
}

std::string QuicVersionName(uint32_t version) {
  if (version == kVersion1) return "v1";
  if (version == kVersion2) return "v2";
  if (version == kQuicT051) return "T051";
  if (version == kFacebook + 1) return "mvfst-22";
  if (version == kFacebook + 2) return "mvfst-27";
  return "draft-" + std::to_string(version & 0xff);
}

uint64_t QuicVarInt(ByteReader* reader) {
  const uint8_t first = reader->U8();
  uint64_t value = first & 0x3fU;
  for (size_t left = (size_t{1} << (first >> 6)) - 1; left != 0; --left) {
    value = value << 8 | reader->U8();
  }
  return reader->ok() ? value : 0;
}

Verdict ReadQuicPacket(Bytes* datagram, QuicPacket* packet) {
  ByteReader reader(*datagram);
  const uint8_t first = reader.U8();
  if ((first & 0x80) == 0) return Verdict::kNotMine;
  packet->version = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  const bool known = QuicSecretsOf(packet->version) != nullptr;
  if (packet->version != 0 && ((first & 0x40) == 0 || (!known && !IsReserved(packet->version)))) {
    return Verdict::kNotMine;
  }
  for (Bytes* id : {&packet->destination, &packet->source}) {
    const uint8_t size = reader.U8();
    if (size > kLongestQuicId) return Verdict::kNotMine;
    *id = reader.Take(size);
  }
  if (!reader.ok()) return Verdict::kNeedMore;
  packet->kind = packet->version == 0 ? QuicKind::kNegotiation
                 : known              ? KindOf(first, packet->version)
                                      : QuicKind::kUnknown;
  if (packet->kind >= QuicKind::kRetry) {
    packet->whole = reader.rest();
    *datagram = {};
    return Verdict::kMatch;
  }
  if (packet->kind == QuicKind::kInitial) packet->token = reader.Take(QuicVarInt(&reader));
  const uint64_t length = QuicVarInt(&reader);
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < kQuicTagSize + 4) return Verdict::kNotMine;
  packet->number = datagram->size() - reader.size();
  reader.Take(length);
  if (!reader.ok()) return Verdict::kNeedMore;
  packet->whole = datagram->first(packet->number + length);
  *datagram = reader.rest();
  return Verdict::kMatch;
}

bool ReadQuicParameters(ByteReader reader, QuicParameters* parameters) {
  constexpr uint64_t kMaxIdleTimeout = 1, kMaxUdpPayloadSize = 3;
  QuicParameters read;
  while (reader.ok() && !reader.empty()) {
    const uint64_t id = QuicVarInt(&reader);
    ByteReader value = reader.Sub(QuicVarInt(&reader));
    if (id != kMaxIdleTimeout && id != kMaxUdpPayloadSize) continue;
    const uint64_t number = QuicVarInt(&value);
    if (!value.ok() || !value.empty()) return false;
    (id == kMaxIdleTimeout ? read.idle_timeout_ms : read.max_udp_payload) = number;
  }
  if (reader.ok()) *parameters = read;
  return reader.ok();
}

}  // namespace rustnet::net
