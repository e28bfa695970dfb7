// SPDX-License-Identifier: Apache-2.0
// QUIC (RFC 9000, RFC 9369 and drafts): long headers, and the hellos in Initial packets of both
// ends.  A datagram may hold several packets; a hello may be scattered over CRYPTO frames of
// several packets in any order.
//
// The keys come from the Destination Connection ID of the client's first Initial, or of the first
// behind a Retry: whichever opens a packet of that client.  Nothing is believed of a packet whose
// tag is wrong.
//
// Beyond the hellos a session lasts until the connection stands, or is refused: from then on its
// packets say nothing to who does not have the keys.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/fragments.h"
#include "common/net/dpi/quic_fields.h"
#include "common/net/dpi/quic_ids.h"
#include "common/net/dpi/quic_packet.h"
#include "common/net/dpi/quic_stage.h"
#include "common/net/dpi/tls_hello.h"

namespace rustnet::net {
namespace {

constexpr Field kQuicRetry{"quic_retry"};  // "true"
constexpr Field kQuicError{"quic_error", false, true};

constexpr size_t kSmallestFirst = 1200;  // RFC 9000 section 14.1
constexpr uint64_t kGoogleCrypto = 8;    // a CRYPTO frame of T051
constexpr uint32_t kMostFailures = 16;   // packets that no key opened
constexpr uint32_t kMostDatagrams = 64;

class QuicSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    if (++datagrams_ > kMostDatagrams) return Progress::kDone;
    QuicPacket packet;
    while (!bytes.empty() && ReadQuicPacket(&bytes, &packet) == Verdict::kMatch) {
      OnPacket(direction, packet, facts);
      packet = {};
    }
    stage_.OnShort(direction, bytes);
    const bool hellos = client_hello_ && server_hello_;
    const bool connected = stage_.stage() == Stage::kQuicConnected;
    if (connected && !told_ && moment.quic_ids != nullptr) Tell(*facts, moment.quic_ids);
    return (hellos && connected) || stage_.stage() == Stage::kQuicDraining ||
                   failures_ > kMostFailures
               ? Progress::kDone
               : Progress::kMore;
  }

  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  Standing standing() const override { return {stage_.stage(), idle_timeout_ms_}; }
  size_t memory() const override { return sizeof *this + sides_[0].memory() + sides_[1].memory(); }

 private:
  void OnPacket(Direction direction, const QuicPacket& packet, Facts* facts) {
    spoken_[static_cast<size_t>(direction)] = true;
    if (packet.kind == QuicKind::kNegotiation || packet.kind == QuicKind::kUnknown) return;
    facts->Add(kQuicVersion, QuicVersionName(packet.version));
    stage_.OnLong(direction, packet);
    if (packet.kind == QuicKind::kRetry) {
      facts->Add(kQuicRetry, "true");
      keys_.reset();
    } else if (packet.kind == QuicKind::kInitial) {
      OnFrames(direction, Open(direction, packet), facts);
    }
  }

  // By what a datagram from another address would be known.
  void Tell(const Facts& facts, QuicIds* ids) {
    told_ = true;
    const auto cut = [&](const Field& field) {
      return std::string(facts.First(field.name).substr(0, QuicIds::kLongestText));
    };
    const auto connection = std::make_shared<const QuicIds::Connection>(
        QuicIds::Connection{.version = cut(kQuicVersion),
                            .sni = cut(kSni),
                            .alpn = cut(kAlpn),
                            .idle_timeout_ms = idle_timeout_ms_});
    for (const Direction of : {Direction::kForward, Direction::kBackward}) {
      ids->Learn(stage_.id(of), connection);
    }
  }

  // The frames that the connection's keys open, or else those that it would have as a client's
  // first; empty if none do.  They stand until the next packet is opened.
  Bytes Open(Direction direction, const QuicPacket& packet) {
    if (keys_ && packet.version != keys_version_) {  // RFC 9368: the server chose another
      Derive(packet.version, Bytes(connection_id_).first(connection_id_size_), client_);
    }
    const auto opened = [&](const QuicKeys& keys) {
      thread_local std::vector<uint8_t> scratch;
      return OpenInitial(keys, packet.whole, packet.number, &scratch);
    };
    Bytes frames;
    if (keys_) frames = opened(direction == client_ ? *keys_ : ServerKeys());
    if (keys_ && direction != client_ && frames.empty()) ++failures_;
    if (!frames.empty() || (keys_ && direction != client_)) return frames;
    const std::optional<QuicKeys> before = keys_;
    const std::optional<QuicKeys> server_before = server_keys_;
    const auto id = connection_id_;
    const size_t size = connection_id_size_;
    const Direction client = client_;
    const uint32_t version = keys_version_;
    Derive(packet.version, packet.destination, direction);
    if (keys_) frames = opened(*keys_);
    if (!frames.empty()) return frames;
    keys_ = before;
    server_keys_ = server_before;
    connection_id_ = id;
    connection_id_size_ = size;
    client_ = client;
    keys_version_ = version;
    ++failures_;
    return {};
  }

  void Derive(uint32_t version, Bytes connection_id, Direction client) {
    std::copy(connection_id.begin(), connection_id.end(), connection_id_.begin());
    connection_id_size_ = connection_id.size();
    client_ = client;
    keys_version_ = version;
    QuicKeys keys{};
    keys_.reset();
    server_keys_.reset();
    if (DeriveInitialKeys(*QuicSecretsOf(version), connection_id, QuicEnd::kClient, &keys)) {
      keys_ = keys;
    }
  }

  // Derived when they are needed: many a flow ends before its server speaks.  REQUIRES: keys_.
  const QuicKeys& ServerKeys() {
    if (!server_keys_) {
      const Bytes id = Bytes(connection_id_).first(connection_id_size_);
      DeriveInitialKeys(*QuicSecretsOf(keys_version_), id, QuicEnd::kServer,
                        &server_keys_.emplace());
    }
    return *server_keys_;
  }

  // RFC 9000 section 12.4: what an Initial may hold.
  void OnFrames(Direction direction, Bytes frames, Facts* facts) {
    ByteReader reader(frames);
    while (reader.ok() && !reader.empty()) {
      reader.Skip(PaddingAt(reader.rest()));
      if (reader.empty()) break;
      const uint64_t type = QuicVarInt(&reader);
      switch (type) {
        case 1:  // PING
          break;
        case 2:
        case 3:
          SkipAck(&reader, type == 3);
          break;
        case kGoogleCrypto:
          if (keys_version_ != kQuicT051) return;
          [[fallthrough]];
        case 6: {
          const uint64_t offset = QuicVarInt(&reader);
          const Bytes piece = reader.Take(QuicVarInt(&reader));
          if (reader.ok()) OnCrypto(direction, offset, piece, facts);
          break;
        }
        case 0x1c: {  // CONNECTION_CLOSE
          const uint64_t error = QuicVarInt(&reader);
          if (reader.ok()) facts->AddNumber(kQuicError, error);
          stage_.OnClose();
          return;
        }
        default:
          return;
      }
    }
  }

  // PADDING frames are bytes of zero, and most of an Initial: often all of its rest.
  static size_t PaddingAt(Bytes bytes) {
    if (bytes.empty() || bytes.front() != 0) return 0;
    const bool all = std::equal(bytes.begin() + 1, bytes.end(), bytes.begin());
    if (all) return bytes.size();
    const auto end = std::find_if(bytes.begin(), bytes.end(), [](uint8_t b) { return b != 0; });
    return static_cast<size_t>(end - bytes.begin());
  }

  static void SkipAck(ByteReader* reader, bool with_ecn) {
    QuicVarInt(reader);  // largest
    QuicVarInt(reader);  // delay
    const uint64_t ranges = QuicVarInt(reader);
    QuicVarInt(reader);  // the first
    for (uint64_t i = 0; i < ranges && reader->ok(); ++i) {
      QuicVarInt(reader);
      QuicVarInt(reader);
    }
    for (int i = 0; with_ecn && i < 3; ++i) QuicVarInt(reader);
  }

  static bool IsWhole(Bytes message) {
    ByteReader reader(message);
    reader.Skip(1);  // its type
    reader.Skip(reader.U24());
    return reader.ok();
  }

  void OnCrypto(Direction direction, uint64_t offset, Bytes piece, Facts* facts) {
    constexpr uint8_t kClientHello = 1, kServerHello = 2;
    const bool client = direction == client_;
    if (client ? client_hello_ : server_hello_) return;
    Fragments& side = sides_[static_cast<size_t>(direction)];
    // Most hellos are one piece.
    const bool whole = offset == 0 && side.empty() && IsWhole(piece);
    if (!whole && !side.Add(offset, piece)) return facts->CountCut();
    ByteReader reader(whole ? piece : side.Beginning());
    const uint8_t type = reader.U8();
    const Bytes body = reader.Take(reader.U24());
    if (!reader.ok()) return;
    if (client && type == kClientHello) {
      ClientHello hello;
      ParseClientHello(body, HelloForm::kQuic, facts, &hello);
      idle_timeout_ms_ = hello.quic_idle_timeout_ms;
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
  std::optional<QuicKeys> keys_;  // of the client
  std::optional<QuicKeys> server_keys_;
  std::array<uint8_t, kLongestQuicId> connection_id_{};
  size_t connection_id_size_ = 0;
  QuicStage stage_;
  uint32_t idle_timeout_ms_ = 0;
  uint32_t keys_version_ = 0;
  uint32_t failures_ = 0;
  uint32_t datagrams_ = 0;
  Direction client_ = Direction::kForward;
  std::array<bool, 2> spoken_{};
  bool told_ = false;
  bool client_hello_ = false;
  bool server_hello_ = false;
};

}  // namespace

Verdict ProbeQuic(Bytes datagram) {
  QuicPacket packet;
  Bytes rest = datagram;
  const Verdict verdict = ReadQuicPacket(&rest, &packet);
  if (verdict != Verdict::kMatch) return verdict;
  if (packet.kind == QuicKind::kNegotiation) {  // RFC 9000 section 17.2.1
    ByteReader versions(packet.whole);
    while (versions.size() >= 4) {
      if (QuicSecretsOf(versions.U32()) != nullptr) return Verdict::kMatch;
    }
    return Verdict::kNeedMore;
  }
  if (packet.kind == QuicKind::kUnknown) {
    return datagram.size() >= kSmallestFirst ? Verdict::kMatch : Verdict::kNeedMore;
  }
  if (packet.kind == QuicKind::kRetry) {
    return packet.whole.size() > kQuicTagSize ? Verdict::kMatch : Verdict::kNeedMore;
  }
  return Verdict::kMatch;
}

FieldList QuicFields() {
  return FieldsOf<kQuicVersion, kQuicRetry, kQuicError, kSni, kAlpn, kTlsOffered, kTlsVersion,
                  kTlsCipher, kEch, kJa3, kJa4, kQuicIdleTimeout, kQuicMaxUdpPayload>();
}

std::unique_ptr<Session> StartQuic() { return std::make_unique<QuicSession>(); }

}  // namespace rustnet::net
