// SPDX-License-Identifier: Apache-2.0
// OpenVPN's control channel ("OpenVPN protocol", openvpn.net/community-docs): opcode and key in a
// byte, a session id, with tls-auth or tls-crypt a checksum, a number and a time, then what is
// acknowledged and the number of the packet; then a piece of TLS, in clear but under tls-crypt.
// Over TCP a length stands before it.
#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <vector>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kOpenvpnOpcode{"openvpn_opcode", false, true};

constexpr uint8_t kClientReset = 7 << 3, kServerReset = 8 << 3;  // of key 0
constexpr uint8_t kControl = 4, kDataV1 = 6, kDataV2 = 9;        // opcodes
constexpr size_t kSessionId = 8;
constexpr size_t kHead = 1 + kSessionId;    // opcode and key first
constexpr size_t kReplay = 8;               // number and time
constexpr uint32_t kEarliest = 1000000000;  // 2001
constexpr size_t kLongest = 2048;

// What stands between the session id and what is acknowledged.
struct Layout {
  size_t size = 0;      // of a checksum, a number and a time
  bool sealed = false;  // tls-crypt: and all behind it is encrypted
};

// A number that is the first or second, and a time.
bool IsReplay(Bytes bytes) {
  ByteReader reader(bytes);
  const uint32_t number = reader.U32();
  const uint32_t time = reader.U32();
  return reader.ok() && number >= 1 && number <= 16 && time >= kEarliest;
}

// Acknowledged (of a server: packet 0 of the client's session) and packet 0.
bool IsFirst(Bytes tail, uint8_t first) {
  ByteReader reader(tail);
  const uint8_t count = reader.U8();
  if (count > 1 || (first == kClientReset && count != 0)) return false;
  if (count == 1) {
    if (reader.U32() != 0) return false;
    reader.Skip(kSessionId);
  }
  return reader.U32() == 0 && reader.ok() && reader.empty();
}

// Of a packet that begins a session; nothing: it is none.
std::optional<Layout> LayoutOf(Bytes reset) {
  const uint8_t first = reset.front();
  if (first != kClientReset && first != kServerReset) return std::nullopt;
  if (reset.size() < kHead + 5) return std::nullopt;
  if (IsFirst(reset.subspan(kHead), first)) return Layout{};
  // tls-auth: MD5, SHA-1, SHA-256, SHA-512.
  for (const size_t hmac : {size_t{16}, size_t{20}, size_t{32}, size_t{64}}) {
    const size_t replay = kHead + hmac;
    if (reset.size() < replay + kReplay + 5) continue;
    if (IsReplay(reset.subspan(replay, kReplay)) &&
        IsFirst(reset.subspan(replay + kReplay), first)) {
      return Layout{.size = hmac + kReplay};
    }
  }
  // tls-crypt: SHA-256, and the rest sealed.
  const size_t sealed = reset.size() - kHead;
  const bool sized = sealed == kReplay + 32 + 5 || sealed == kReplay + 32 + 17;
  if (sized && IsReplay(reset.subspan(kHead, kReplay))) return Layout{.sealed = true};
  return std::nullopt;
}

Verdict ProbePacket(Bytes packet) {
  const uint8_t first = packet.front();
  if (first != kClientReset && first != kServerReset) return Verdict::kNotMine;
  return LayoutOf(packet) ? Verdict::kMatch : Verdict::kNeedMore;
}

// The control channel of both ends, packet by packet, and the TLS in it, whose pieces are numbered
// from 1 and may come in any order and again.
class ControlChannel {
 public:
  // What is no packet of the protocol is passed over.
  void OnPacket(Direction direction, Bytes packet, const Moment& moment, Facts* facts) {
    if (packet.empty()) return;
    const uint8_t opcode = packet.front() >> 3;
    if (opcode == 0 || opcode > 11) return;
    facts->AddNumber(kOpenvpnOpcode, opcode);
    Side& side = sides_[static_cast<size_t>(direction)];
    side.spoken = true;
    data_ = data_ || opcode == kDataV1 || opcode == kDataV2;
    ++packets_;
    if (const std::optional<Layout> layout = LayoutOf(packet)) Begin(&side, *layout, packet);
    if (opcode == kControl && !tls_over_) OnControl(direction, packet, moment, facts);
  }

  bool agreed() const { return sides_[0].spoken && sides_[1].spoken; }
  // Nothing more is wanted: TLS has said all, or the tunnel is in use.
  bool over() const { return (agreed() && (tls_over_ || data_)) || packets_ >= kMostPackets; }
  std::string_view inner() const { return tls_found_ ? "tls" : ""; }
  size_t memory() const {
    size_t total = tls_ == nullptr ? 0 : tls_->memory();
    for (const Side& side : sides_) {
      for (const Piece& piece : side.early) total += sizeof piece + piece.bytes.capacity();
    }
    return total;
  }

 private:
  static constexpr uint32_t kMostPackets = 512;
  static constexpr size_t kMostEarly = 8;  // pieces; then those before them are given up

  struct Piece {
    uint32_t number = 0;
    std::vector<uint8_t> bytes;
  };
  struct Side {
    std::optional<Layout> layout;
    std::array<uint8_t, kSessionId> session{};
    uint32_t next = 1;
    std::vector<Piece> early;
    bool spoken = false;
  };

  static std::array<uint8_t, kSessionId> SessionOf(Bytes packet) {
    std::array<uint8_t, kSessionId> id{};
    std::copy_n(packet.subspan(1).begin(), std::min(id.size(), packet.size() - 1), id.begin());
    return id;
  }

  // A session begins; the same reset may come again.
  void Begin(Side* side, const Layout& layout, Bytes packet) {
    const auto session = SessionOf(packet);
    if (side->layout && side->session == session) return;
    *side = {};
    side->layout = layout;
    side->session = session;
    side->spoken = true;
    tls_over_ = tls_over_ && tls_found_;
    if (!tls_over_) tls_ = StartTls();
  }

  void OnControl(Direction direction, Bytes packet, const Moment& moment, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    if (!side.layout || side.layout->sealed || side.session != SessionOf(packet)) return;
    ByteReader reader(packet);
    reader.Skip(kHead + side.layout->size);
    const uint8_t acknowledged = reader.U8();
    if (acknowledged != 0) reader.Skip(acknowledged * size_t{4} + kSessionId);
    const uint32_t number = reader.U32();
    if (!reader.ok() || reader.empty() || number < side.next) return;
    if (reader.size() > kLongest) return facts->CountCut();
    if (number != side.next) return Keep(direction, number, reader.rest(), moment, facts);
    Take(direction, number, reader.rest(), moment, facts);
    TakeEarly(direction, moment, facts);
  }

  void Keep(Direction direction, uint32_t number, Bytes bytes, const Moment& moment, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    const auto at = std::find_if(side.early.begin(), side.early.end(),
                                 [&](const Piece& piece) { return piece.number >= number; });
    if (at != side.early.end() && at->number == number) return;
    side.early.insert(at, {number, {bytes.begin(), bytes.end()}});
    if (side.early.size() <= kMostEarly || tls_ == nullptr) return;
    facts->CountCut();
    side.next = side.early.front().number;
    if (tls_->OnGap(direction, 1) != Progress::kMore) tls_over_ = true;
    TakeEarly(direction, moment, facts);
  }

  void TakeEarly(Direction direction, const Moment& moment, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    while (!side.early.empty() && side.early.front().number == side.next && !tls_over_) {
      const Piece piece = std::move(side.early.front());
      side.early.erase(side.early.begin());
      Take(direction, piece.number, piece.bytes, moment, facts);
    }
  }

  void Take(Direction direction, uint32_t number, Bytes bytes, const Moment& moment, Facts* facts) {
    sides_[static_cast<size_t>(direction)].next = number + 1;
    if (tls_ == nullptr) return;
    if (number == 1) {
      const bool tls = ProbeTls(bytes) != Verdict::kNotMine;
      tls_found_ = tls_found_ || tls;
      tls_over_ = tls_over_ || !tls;
    }
    if (!tls_over_) tls_over_ = tls_->OnData(direction, bytes, moment, facts) != Progress::kMore;
    if (tls_over_) tls_.reset();
  }

  std::array<Side, 2> sides_;
  std::unique_ptr<Session> tls_;
  uint32_t packets_ = 0;
  bool data_ = false;
  bool tls_found_ = false;
  bool tls_over_ = false;
};

class OpenvpnSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    channel_.OnPacket(direction, bytes, moment, facts);
    return channel_.over() ? Progress::kDone : Progress::kMore;
  }
  std::string_view Inner() const override { return channel_.inner(); }
  bool Agreed() const override { return channel_.agreed(); }
  size_t memory() const override { return sizeof *this + channel_.memory(); }

 private:
  ControlChannel channel_;
};

size_t FrameBytes(Bytes start) {
  ByteReader reader(start);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length != 0 && length <= kLongest ? length + size_t{2} : 0;
}

class OpenvpnTcpSession : public FramedSession {
 public:
  OpenvpnTcpSession() : FramedSession(&FrameBytes, kLongest + 2) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Bytes frame;
    while (framer(direction).Next(&bytes, &frame)) {
      channel_.OnPacket(direction, frame.subspan(2), moment, facts);
      if (channel_.over()) return Progress::kDone;
    }
    return framer(direction).broken() ? Progress::kDone : Progress::kMore;
  }
  std::string_view Inner() const override { return channel_.inner(); }
  bool Agreed() const override { return channel_.agreed(); }
  size_t memory() const override { return sizeof *this + channel_.memory() + held(); }

 private:
  ControlChannel channel_;
};

}  // namespace

Verdict ProbeOpenvpn(Bytes datagram) { return ProbePacket(datagram); }

Verdict ProbeOpenvpnTcp(Bytes opening) {
  uint16_t length = 0;
  Shape shape(opening);
  shape.U16([&](uint16_t n) { return (length = n) >= kHead + 5 && n <= 128; });
  shape.U8([](uint8_t opcode) { return opcode == kClientReset || opcode == kServerReset; });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (opening.size() < size_t{2} + length) return Verdict::kNeedMore;
  return ProbePacket(opening.subspan(2, length)) == Verdict::kMatch ? Verdict::kMatch
                                                                    : Verdict::kNotMine;
}

FieldList OpenvpnFields() { return FieldsOf<kOpenvpnOpcode>(); }

std::unique_ptr<Session> StartOpenvpn() { return std::make_unique<OpenvpnSession>(); }
std::unique_ptr<Session> StartOpenvpnTcp() { return std::make_unique<OpenvpnTcpSession>(); }

}  // namespace rustnet::net
