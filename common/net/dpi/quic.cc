// SPDX-License-Identifier: Apache-2.0
// QUIC (RFC 9000, RFC 9369 and drafts): long headers, and the hellos in Initial packets of both
// ends.  A datagram may hold several packets; a hello may be scattered over CRYPTO frames of
// several packets in any order.
//
// The keys come from the Destination Connection ID of the client's first Initial, or of the first
// behind a Retry: whichever opens a packet of that client.  Nothing is believed of a packet whose
// tag is wrong.
#include <array>
#include <optional>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/fragments.h"
#include "common/net/dpi/quic_crypto.h"
#include "common/net/dpi/quic_fields.h"
#include "common/net/dpi/tls_hello.h"

namespace rustnet::net {
namespace {

constexpr Field kQuicRetry{"quic_retry"};  // "true"
constexpr Field kQuicError{"quic_error", false, true};

constexpr size_t kLongestConnectionId = 20;
constexpr size_t kSmallestFirst = 1200;  // RFC 9000 section 14.1
constexpr uint32_t kMostFailures = 16;   // packets that no key opened
constexpr uint32_t kMostDatagrams = 64;

// RFC 9001 section 5.2, RFC 9369 section 3.3.1, and the same section of the drafts.
constexpr QuicSecrets kV1{{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                           0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                          "quic"};
constexpr QuicSecrets kV2{{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                           0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
                          "quicv2"};
constexpr QuicSecrets kDraft29{{0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
                                0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99},
                               "quic"};
constexpr QuicSecrets kDraft23{{0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
                                0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02},
                               "quic"};
constexpr QuicSecrets kDraft22{{0x7f, 0xbc, 0xdb, 0x0e, 0x7c, 0x66, 0xbb, 0xe9, 0x19, 0x3a,
                                0x96, 0xcd, 0x21, 0x51, 0x9e, 0xbd, 0x7a, 0x02, 0x64, 0x4a},
                               "quic"};
// Google's last before it took the standard: draft 29 with a salt of its own.
constexpr QuicSecrets kT051{{0x7a, 0x4e, 0xde, 0xf4, 0xe7, 0xcc, 0xee, 0x5f, 0xa4, 0x50,
                             0x6c, 0x19, 0x12, 0x4f, 0xc8, 0xcc, 0xda, 0x6e, 0x03, 0x3d},
                            "quic"};

constexpr uint32_t kVersion1 = 1, kVersion2 = 0x6b3343cf, kVersionT051 = 0x54303531;
constexpr uint64_t kGoogleCrypto = 8;  // a CRYPTO frame of T051
constexpr uint32_t kDrafts = 0xff000000, kFacebook = 0xfaceb000;

const QuicSecrets* SecretsOf(uint32_t version) {
  if (version == kVersion1 || version == kDrafts + 33 || version == kDrafts + 34) return &kV1;
  if (version == kVersion2) return &kV2;
  if (version == kVersionT051) return &kT051;
  if (version == kFacebook + 1) return &kDraft22;
  if (version == kFacebook + 2) return &kDraft23;
  if (version >= kDrafts + 29 && version <= kDrafts + 32) return &kDraft29;
  if (version >= kDrafts + 23 && version <= kDrafts + 28) return &kDraft23;
  return version == kDrafts + 22 ? &kDraft22 : nullptr;
}

std::string VersionName(uint32_t version) {
  if (version == kVersion1) return "v1";
  if (version == kVersion2) return "v2";
  if (version == kVersionT051) return "T051";
  if (version == kFacebook + 1) return "mvfst-22";
  if (version == kFacebook + 2) return "mvfst-27";
  return "draft-" + std::to_string(version & 0xff);
}

// RFC 9000 section 15: to see whether a server copes with what it does not know.
bool IsReserved(uint32_t version) { return (version & 0x0f0f0f0f) == 0x0a0a0a0a; }

// RFC 9000 section 16.
uint64_t VarInt(ByteReader* reader) {
  const uint8_t first = reader->U8();
  uint64_t value = first & 0x3fU;
  for (size_t left = (size_t{1} << (first >> 6)) - 1; left != 0; --left) {
    value = value << 8 | reader->U8();
  }
  return reader->ok() ? value : 0;
}

enum class Kind : uint8_t { kInitial, kZeroRtt, kHandshake, kRetry, kNegotiation, kUnknown };

struct LongPacket {
  Kind kind = Kind::kUnknown;
  uint32_t version = 0;
  Bytes destination;
  Bytes source;
  Bytes token;
  Bytes whole;        // from its first byte to its last; kNegotiation and kRetry: what follows
  size_t number = 0;  // where in `whole` the packet number begins
};

Kind KindOf(uint8_t first, uint32_t version) {
  const uint32_t type = first >> 4 & 3;
  // RFC 9369 section 3.2.
  return static_cast<Kind>(version == kVersion2 ? (type + 3) % 4 : type);
}

// Takes the next packet with a long header off `*datagram`.
Verdict ReadPacket(Bytes* datagram, LongPacket* packet) {
  ByteReader reader(*datagram);
  const uint8_t first = reader.U8();
  if ((first & 0x80) == 0) return Verdict::kNotMine;
  packet->version = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  const bool known = SecretsOf(packet->version) != nullptr;
  if (packet->version != 0 && ((first & 0x40) == 0 || (!known && !IsReserved(packet->version)))) {
    return Verdict::kNotMine;
  }
  for (Bytes* id : {&packet->destination, &packet->source}) {
    const uint8_t size = reader.U8();
    if (size > kLongestConnectionId) return Verdict::kNotMine;
    *id = reader.Take(size);
  }
  if (!reader.ok()) return Verdict::kNeedMore;
  packet->kind = packet->version == 0 ? Kind::kNegotiation
                 : known              ? KindOf(first, packet->version)
                                      : Kind::kUnknown;
  if (packet->kind >= Kind::kRetry) {
    packet->whole = reader.rest();
    *datagram = {};
    return Verdict::kMatch;
  }
  if (packet->kind == Kind::kInitial) packet->token = reader.Take(VarInt(&reader));
  const uint64_t length = VarInt(&reader);
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < kQuicTagSize + 4) return Verdict::kNotMine;
  packet->number = datagram->size() - reader.size();
  reader.Take(length);
  if (!reader.ok()) return Verdict::kNeedMore;
  packet->whole = datagram->first(packet->number + length);
  *datagram = reader.rest();
  return Verdict::kMatch;
}

class QuicSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (++datagrams_ > kMostDatagrams) return Progress::kDone;
    LongPacket packet;
    while (!bytes.empty() && ReadPacket(&bytes, &packet) == Verdict::kMatch) {
      OnPacket(direction, packet, facts);
      packet = {};
    }
    const bool hellos = client_hello_ && server_hello_;
    return hellos || closed_ || failures_ > kMostFailures ? Progress::kDone : Progress::kMore;
  }

  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + sides_[0].memory() + sides_[1].memory() + frames_.capacity();
  }

 private:
  void OnPacket(Direction direction, const LongPacket& packet, Facts* facts) {
    spoken_[static_cast<size_t>(direction)] = true;
    if (packet.kind == Kind::kNegotiation || packet.kind == Kind::kUnknown) return;
    facts->Add(kQuicVersion, VersionName(packet.version));
    if (packet.kind == Kind::kRetry) {
      facts->Add(kQuicRetry, "true");
      keys_.reset();
    } else if (packet.kind == Kind::kInitial && Open(direction, packet)) {
      OnFrames(direction, facts);
    }
  }

  // Opens it with the connection's keys, or else with those that it would have as a client's first.
  bool Open(Direction direction, const LongPacket& packet) {
    if (keys_ && packet.version != keys_version_) {  // RFC 9368: the server chose another
      Derive(packet.version, Bytes(connection_id_).first(connection_id_size_), client_);
    }
    if (keys_) {
      const QuicKeys& keys = direction == client_ ? keys_->client : keys_->server;
      if (OpenInitial(keys, packet.whole, packet.number, &frames_)) return true;
      if (direction != client_) return ++failures_, false;
    }
    const std::optional<QuicKeyPair> before = keys_;
    const auto id = connection_id_;
    const size_t size = connection_id_size_;
    const Direction client = client_;
    const uint32_t version = keys_version_;
    Derive(packet.version, packet.destination, direction);
    if (keys_ && OpenInitial(keys_->client, packet.whole, packet.number, &frames_)) return true;
    keys_ = before;
    connection_id_ = id;
    connection_id_size_ = size;
    client_ = client;
    keys_version_ = version;
    ++failures_;
    return false;
  }

  void Derive(uint32_t version, Bytes connection_id, Direction client) {
    std::copy(connection_id.begin(), connection_id.end(), connection_id_.begin());
    connection_id_size_ = connection_id.size();
    client_ = client;
    keys_version_ = version;
    QuicKeyPair keys{};
    keys_.reset();
    if (DeriveInitialKeys(*SecretsOf(version), connection_id, &keys)) keys_ = keys;
  }

  // RFC 9000 section 12.4: what an Initial may hold.
  void OnFrames(Direction direction, Facts* facts) {
    ByteReader reader{Bytes(frames_)};
    while (reader.ok() && !reader.empty()) {
      const uint64_t type = VarInt(&reader);
      switch (type) {
        case 0:  // PADDING
        case 1:  // PING
          break;
        case 2:
        case 3:
          SkipAck(&reader, type == 3);
          break;
        case kGoogleCrypto:
          if (keys_version_ != kVersionT051) return;
          [[fallthrough]];
        case 6: {
          const uint64_t offset = VarInt(&reader);
          const Bytes piece = reader.Take(VarInt(&reader));
          if (reader.ok()) OnCrypto(direction, offset, piece, facts);
          break;
        }
        case 0x1c: {  // CONNECTION_CLOSE
          const uint64_t error = VarInt(&reader);
          if (reader.ok()) facts->AddNumber(kQuicError, error);
          closed_ = true;
          return;
        }
        default:
          return;
      }
    }
  }

  static void SkipAck(ByteReader* reader, bool with_ecn) {
    VarInt(reader);  // largest
    VarInt(reader);  // delay
    const uint64_t ranges = VarInt(reader);
    VarInt(reader);  // the first
    for (uint64_t i = 0; i < ranges && reader->ok(); ++i) {
      VarInt(reader);
      VarInt(reader);
    }
    for (int i = 0; with_ecn && i < 3; ++i) VarInt(reader);
  }

  void OnCrypto(Direction direction, uint64_t offset, Bytes piece, Facts* facts) {
    constexpr uint8_t kClientHello = 1, kServerHello = 2;
    const bool client = direction == client_;
    if (client ? client_hello_ : server_hello_) return;
    Fragments& side = sides_[static_cast<size_t>(direction)];
    if (!side.Add(offset, piece)) return facts->CountCut();
    ByteReader reader(side.Beginning());
    const uint8_t type = reader.U8();
    const Bytes body = reader.Take(reader.U24());
    if (!reader.ok()) return;
    if (client && type == kClientHello) {
      ParseClientHello(body, HelloForm::kQuic, facts);
      client_hello_ = true;
      side.Clear();
    } else if (!client && type == kServerHello) {
      ServerHello hello;
      ParseServerHello(body, facts, &hello);
      server_hello_ = true;  // what follows a HelloRetryRequest is the same again
      side.Clear();
    }
  }

  std::array<Fragments, 2> sides_;
  std::vector<uint8_t> frames_;
  std::optional<QuicKeyPair> keys_;
  std::array<uint8_t, kLongestConnectionId> connection_id_{};
  size_t connection_id_size_ = 0;
  uint32_t keys_version_ = 0;
  uint32_t failures_ = 0;
  uint32_t datagrams_ = 0;
  Direction client_ = Direction::kForward;
  std::array<bool, 2> spoken_{};
  bool client_hello_ = false;
  bool server_hello_ = false;
  bool closed_ = false;
};

}  // namespace

Verdict ProbeQuic(Bytes datagram) {
  LongPacket packet;
  Bytes rest = datagram;
  const Verdict verdict = ReadPacket(&rest, &packet);
  if (verdict != Verdict::kMatch) return verdict;
  if (packet.kind == Kind::kNegotiation) {  // RFC 9000 section 17.2.1
    ByteReader versions(packet.whole);
    while (versions.size() >= 4) {
      if (SecretsOf(versions.U32()) != nullptr) return Verdict::kMatch;
    }
    return Verdict::kNeedMore;
  }
  if (packet.kind == Kind::kUnknown) {
    return datagram.size() >= kSmallestFirst ? Verdict::kMatch : Verdict::kNeedMore;
  }
  if (packet.kind == Kind::kRetry) {
    return packet.whole.size() > kQuicTagSize ? Verdict::kMatch : Verdict::kNeedMore;
  }
  return Verdict::kMatch;
}

FieldList QuicFields() {
  return FieldsOf<kQuicVersion, kQuicRetry, kQuicError, kSni, kAlpn, kTlsOffered, kTlsVersion,
                  kTlsCipher, kEch, kJa3>();
}

std::unique_ptr<Session> StartQuic() { return std::make_unique<QuicSession>(); }

}  // namespace rustnet::net
