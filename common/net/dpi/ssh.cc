// SPDX-License-Identifier: Apache-2.0
// SSH (RFC 4253): identification strings "SSH-" version "-" software [SP comment] CR LF, both ways
// (section 4.2; a server may send other lines before), then packets of length, padding length,
// payload and padding (section 6), in clear up to NEWKEYS.
//
// Stages: a banner; a KEXINIT; NEWKEYS of both ends, behind which only sizes can be seen, and
// first comes the authentication (RFC 4252).  That it is over is an estimate: more has passed than
// an authentication takes, since servers hang up after some tries (OpenSSH's MaxAuthTries: 6).
#include "common/net/dpi/ssh.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"
#include "common/net/dpi/lines.h"
#include "common/net/dpi/ssh_kex.h"

namespace rustnet::net {
namespace {

constexpr std::string_view kMagic = "SSH-";
constexpr size_t kLongestBanner = 255;  // RFC 4253 section 4.2, CR LF included
constexpr uint32_t kMostLinesBefore = 64;
constexpr uint32_t kMostSegments = 64;   // of a side that is done while the other says nothing
constexpr uint32_t kMostFollowed = 512;  // segments in all, banners included

constexpr uint8_t kDisconnect = 1, kKexInit = 20, kNewKeys = 21;
constexpr size_t kLongestPacket = 35000;  // RFC 4253 section 6.1
constexpr size_t kMostHeld = 8192;        // of an offer; usual are 1 to 2 KiB
// An authentication takes less of the server's segments (an extension, a service, a banner and six
// refusals), and less bytes.
constexpr uint32_t kAuthenticationAnswers = 10;
constexpr uint64_t kAuthenticationBytes = 32 * 1024;

size_t PacketSize(Bytes start) {
  ByteReader reader(start);
  const size_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  constexpr size_t kShortest = 1 + 1 + 4;  // a padding length, a message number, padding
  return length >= kShortest && length <= kLongestPacket ? 4 + length : 0;
}

bool IsText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 0x20 && c != 0x7f) || c == '\r' || c == '\n' || c == '\t';
  });
}

class SshSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    if (side.lines_left == 0) ++segments_;
    ReadBanner(direction, &bytes, facts);
    if (side.found && !bytes.empty()) ReadPackets(direction, bytes, facts);
    if (banners_over() && !followed()) return Progress::kDone;
    const uint32_t most = banners_over() ? kMostFollowed : kMostSegments;
    return over_ || segments_ > most || stage_ == Stage::kSshEstablished ? Progress::kDone
                                                                         : Progress::kMore;
  }

  Progress OnGap(Direction direction, uint64_t lost) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    if (side.encrypted) {
      Count(direction, lost);
      return Progress::kMore;
    }
    // The banner comes first: behind a hole there is none.  Nor can packets be told apart.
    side.lines_left = 0;
    lost_ = true;
    stage_ = Stage::kNone;
    return banners_over() ? Progress::kDone : Progress::kMore;
  }

  bool Agreed() const override { return sides_[0].found && sides_[1].found; }
  Standing standing() const override { return {.stage = stage_}; }
  size_t memory() const override {
    size_t bytes = sizeof *this;
    for (const Side& side : sides_) {
      bytes += side.lines.memory() + side.packets.memory() + side.offer.capacity();
    }
    return bytes;
  }

 private:
  struct Side {
    Lines lines{kLongestBanner};
    Framer packets{&PacketSize, kMostHeld};
    std::vector<uint8_t> offer;  // its KEXINIT, until the other's is there
    uint64_t bytes = 0;          // encrypted
    uint32_t lines_left = kMostLinesBefore;
    uint32_t segments = 0;  // encrypted
    bool found = false;     // its banner
    bool offered = false;
    bool encrypted = false;  // behind NEWKEYS
  };

  bool banners_over() const { return sides_[0].lines_left == 0 && sides_[1].lines_left == 0; }
  bool followed() const { return Agreed() && !lost_ && !over_; }

  void ReadBanner(Direction direction, Bytes* bytes, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    std::string_view line;
    while (side.lines_left != 0 && side.lines.Next(bytes, &line, facts)) {
      --side.lines_left;
      if (!line.starts_with(kMagic)) continue;
      OnBanner(direction, line.substr(kMagic.size()), facts);
      side.found = true;
      side.lines_left = 0;
    }
  }

  // `banner`: "2.0-OpenSSH_9.6p1 Debian-2".
  void OnBanner(Direction direction, std::string_view banner, Facts* facts) {
    const std::string_view version = TakeWord(&banner, '-');
    facts->Add(kSshVersion, version);
    facts->Add(direction == Direction::kForward ? kSshClient : kSshServer, Trimmed(banner));
    // What follows the banners of version 1 has another form.
    if (version != "2.0" && version != "1.99") lost_ = true;
    stage_ = lost_ ? Stage::kNone : Stage::kSshBanner;
  }

  void ReadPackets(Direction direction, Bytes bytes, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    Bytes packet;
    while (!lost_ && !over_ && !side.encrypted && side.packets.Next(&bytes, &packet)) {
      OnPacket(direction, packet, facts);
    }
    if (side.packets.broken() && !lost_) {
      lost_ = true;
      stage_ = Stage::kNone;
    }
    if (side.encrypted && !bytes.empty()) {
      ++side.segments;
      Count(direction, bytes.size());
    }
  }

  void OnPacket(Direction direction, Bytes packet, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    ByteReader reader(packet);
    const size_t length = reader.U32();
    const size_t padding = reader.U8();
    if (padding + 1 >= length) return;
    const Bytes payload = reader.TakeUpTo(length - padding - 1);
    switch (payload.front()) {
      case kDisconnect:
        over_ = true;
        break;
      case kKexInit:
        OnOffer(direction, payload, facts);
        break;
      case kNewKeys:
        side.encrypted = true;
        if (sides_[0].encrypted && sides_[1].encrypted) stage_ = Stage::kSshAuthentication;
        break;
      default:
        break;
    }
  }

  void OnOffer(Direction direction, Bytes payload, Facts* facts) {
    Side& side = sides_[static_cast<size_t>(direction)];
    if (side.offered) return;
    side.offered = true;
    stage_ = Stage::kSshKeyExchange;
    SshOffer mine;
    if (!ReadSshOffer(payload, &mine)) return facts->CountCut();
    const bool is_server = direction == Direction::kBackward;
    facts->Add(is_server ? kHasshServer : kHassh, Hassh(mine, is_server));
    std::vector<uint8_t>& held = sides_[static_cast<size_t>(Opposite(direction))].offer;
    SshOffer other;
    if (held.empty()) {
      side.offer.assign(payload.begin(), payload.end());
    } else if (ReadSshOffer(held, &other)) {
      AddAgreed(is_server ? other : mine, is_server ? mine : other, facts);
      held = {};
    }
  }

  void Count(Direction direction, uint64_t bytes) {
    Side& side = sides_[static_cast<size_t>(direction)];
    side.bytes += bytes;
    if (stage_ != Stage::kSshAuthentication) return;
    const Side& server = sides_[static_cast<size_t>(Direction::kBackward)];
    if (side.bytes > kAuthenticationBytes || server.segments > kAuthenticationAnswers) {
      stage_ = Stage::kSshEstablished;
    }
  }

  std::array<Side, 2> sides_;
  uint32_t segments_ = 0;
  Stage stage_ = Stage::kNone;
  bool lost_ = false;  // packets can no longer be told apart
  bool over_ = false;
};

}  // namespace

Verdict ProbeSsh(Bytes opening) {
  constexpr size_t kVersionAt = kMagic.size();
  const std::string_view text = AsText(opening);
  if (text.substr(0, kVersionAt) != kMagic.substr(0, text.size())) return Verdict::kNotMine;
  if (text.size() <= kVersionAt) return Verdict::kNeedMore;
  return text[kVersionAt] >= '0' && text[kVersionAt] <= '9' ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeSshPort(Bytes opening) {
  const Verdict verdict = ProbeSsh(opening);
  if (verdict != Verdict::kNotMine) return verdict;
  std::string_view text = AsText(opening);
  while (!text.empty()) {
    const std::string_view line = TakeWord(&text, '\n');
    if (!IsText(line)) return Verdict::kNotMine;
    const Verdict next = text.empty() ? Verdict::kNeedMore : ProbeSsh(AsBytes(text));
    if (next == Verdict::kMatch) return Verdict::kMatch;
  }
  return Verdict::kNeedMore;
}

FieldList SshFields() {
  return FieldsOf<kSshClient, kSshServer, kSshVersion, kSshKex, kSshHostKey, kSshCipher, kSshMac,
                  kHassh, kHasshServer>();
}

std::unique_ptr<Session> StartSsh() { return std::make_unique<SshSession>(); }

}  // namespace rustnet::net
