// SPDX-License-Identifier: Apache-2.0
// BitTorrent: the peer handshake (BEP 3), the distributed hash table in bencoded datagrams (BEP 5),
// and the micro transport (BEP 29), known by the datagram that opens it.
#include <algorithm>
#include <array>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kBtKind{"bt_kind"};  // peer, dht, utp
constexpr Field kBtInfoHash{"bt_info_hash"};
constexpr Field kBtClient{"bt_client"};  // "qB4610": the Azureus-style start of a peer id (BEP 20)

constexpr std::string_view kMagic =
    "\x13"
    "BitTorrent protocol";
constexpr size_t kHandshake = 68;  // magic, 8 reserved, info hash, peer id
constexpr size_t kHash = 20;
constexpr size_t kUtpHeader = 20;

std::string Hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 0xf];
  }
  return text;
}

// False if it is not whole.
bool ReadHandshake(Bytes bytes, Facts* facts) {
  ByteReader reader(bytes);
  const std::string_view magic = AsText(reader.Take(kMagic.size()));
  reader.Skip(8);
  const Bytes hash = reader.Take(kHash);
  const std::string_view peer = AsText(reader.Take(kHash));
  if (!reader.ok() || magic != kMagic) return false;
  facts->Add(kBtKind, "peer");
  facts->Add(kBtInfoHash, Hex(hash));
  if (peer[0] == '-' && peer[7] == '-') facts->Add(kBtClient, peer.substr(1, 6));
  return true;
}

class PeerSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    ByteReader reader(bytes);
    while (side.size < kHandshake && !reader.empty()) side.bytes[side.size++] = reader.U8();
    if (side.size == kHandshake && !side.done) {
      side.done = true;
      side.found = ReadHandshake(side.bytes, facts);
    }
    const bool silent = side.done && ++segments_ > kMostSegments;
    return silent || (sides_[0].done && sides_[1].done) ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return sides_[0].found && sides_[1].found; }
  size_t memory() const override { return sizeof *this; }

 private:
  static constexpr uint32_t kMostSegments = 64;  // of one side, while the other says nothing
  struct Side {
    std::array<uint8_t, kHandshake> bytes{};
    size_t size = 0;
    bool done = false;
    bool found = false;
  };
  std::array<Side, 2> sides_;
  uint32_t segments_ = 0;
};

struct UtpHeader {
  uint8_t type = 0;
  uint8_t extension = 0;
  bool valid = false;
};
constexpr uint8_t kUtpData = 0, kUtpSyn = 4;

UtpHeader ReadUtpHeader(ByteReader* reader) {
  UtpHeader header;
  const uint8_t first = reader->U8();
  header.type = first >> 4;
  header.extension = reader->U8();
  reader->Skip(kUtpHeader - 2);
  header.valid = reader->ok() && (first & 0xf) == 1 && header.type <= kUtpSyn;
  return header;
}

class DatagramsOfBittorrent : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (ProbeBtDht(bytes) == Verdict::kMatch) {
      facts->Add(kBtKind, "dht");
    } else {
      ByteReader reader(bytes);
      UtpHeader header = ReadUtpHeader(&reader);
      if (!header.valid) return Progress::kMore;
      facts->Add(kBtKind, "utp");
      while (reader.ok() && header.extension != 0) {
        header.extension = reader.U8();
        reader.Skip(reader.U8());
      }
      if (header.type == kUtpData) ReadHandshake(reader.rest(), facts);
    }
    spoken_[static_cast<size_t>(direction)] = true;
    return Progress::kMore;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  std::array<bool, 2> spoken_{};
};

}  // namespace

Verdict ProbeBittorrent(Bytes opening) {
  const std::string_view text = AsText(opening);
  if (text.starts_with(kMagic)) return Verdict::kMatch;
  return kMagic.starts_with(text) ? Verdict::kNeedMore : Verdict::kNotMine;
}

// A bencoded dictionary whose keys are those of BEP 5 and 42, and its message type "y".
Verdict ProbeBtDht(Bytes datagram) {
  constexpr std::string_view kStarts[] = {"d1:ad2:id20:", "d1:rd2:id20:", "d1:eli", "d2:ip"};
  const std::string_view text = AsText(datagram);
  for (const std::string_view start : kStarts) {
    if (start.starts_with(text)) return Verdict::kNeedMore;
    if (!text.starts_with(start)) continue;
    return text.find("1:y1:") == std::string_view::npos ? Verdict::kNeedMore : Verdict::kMatch;
  }
  return Verdict::kNotMine;
}

// The SYN of BEP 29: version 1, first sequence number, nothing acknowledged, no data.
Verdict ProbeUtp(Bytes datagram) {
  ByteReader reader(datagram);
  if (reader.U8() != (kUtpSyn << 4 | 1)) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  uint8_t extension = reader.U8();
  if (extension > 2) return Verdict::kNotMine;
  reader.Skip(14);  // connection id, times, window
  const uint16_t sequence = reader.U16();
  const uint16_t acknowledged = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (sequence != 1 || acknowledged != 0) return Verdict::kNotMine;
  while (reader.ok() && extension != 0) {
    extension = reader.U8();
    reader.Skip(reader.U8());
  }
  if (!reader.ok()) return Verdict::kNeedMore;
  return reader.empty() ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList BittorrentFields() { return FieldsOf<kBtKind, kBtInfoHash, kBtClient>(); }

std::unique_ptr<Session> StartBittorrent() { return std::make_unique<PeerSession>(); }
std::unique_ptr<Session> StartBtDatagrams() { return std::make_unique<DatagramsOfBittorrent>(); }

}  // namespace rustnet::net
