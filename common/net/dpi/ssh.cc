// SPDX-License-Identifier: Apache-2.0
// SSH identification strings (RFC 4253 section 4.2): "SSH-" version "-" software [SP comment] CR
// LF, both ways; a server may send other lines before.  What follows is key exchange and then
// encrypted.
#include "common/net/dpi/ssh.h"

#include <algorithm>
#include <array>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr std::string_view kMagic = "SSH-";
constexpr size_t kLongestBanner = 255;  // RFC 4253 section 4.2, CR LF included
constexpr uint32_t kMostLinesBefore = 64;
constexpr uint32_t kMostSegments = 64;  // of a side that is done while the other says nothing

bool IsText(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 0x20 && c != 0x7f) || c == '\r' || c == '\n' || c == '\t';
  });
}

class SshSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    std::string_view line;
    while (side.lines_left != 0 && side.lines.Next(&bytes, &line, facts)) {
      --side.lines_left;
      if (!line.starts_with(kMagic)) continue;
      OnBanner(direction, line.substr(kMagic.size()), facts);
      side.found = true;
      side.lines_left = 0;
    }
    const bool over = sides_[0].lines_left == 0 && sides_[1].lines_left == 0;
    if (side.lines_left == 0) ++segments_;
    return over || segments_ > kMostSegments ? Progress::kDone : Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t) override {
    // The banner comes first: behind a hole there is none.
    sides_[static_cast<size_t>(direction)].lines_left = 0;
    return sides_[0].lines_left == 0 && sides_[1].lines_left == 0 ? Progress::kDone
                                                                  : Progress::kMore;
  }
  bool Agreed() const override { return sides_[0].found && sides_[1].found; }
  size_t memory() const override {
    return sizeof *this + sides_[0].lines.memory() + sides_[1].lines.memory();
  }

 private:
  struct Side {
    Lines lines{kLongestBanner};
    uint32_t lines_left = kMostLinesBefore;
    bool found = false;
  };

  // `banner`: "2.0-OpenSSH_9.6p1 Debian-2".
  static void OnBanner(Direction direction, std::string_view banner, Facts* facts) {
    facts->Add(kSshVersion, TakeWord(&banner, '-'));
    facts->Add(direction == Direction::kForward ? kSshClient : kSshServer, Trimmed(banner));
  }

  std::array<Side, 2> sides_;
  uint32_t segments_ = 0;
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

FieldList SshFields() { return FieldsOf<kSshClient, kSshServer, kSshVersion>(); }

std::unique_ptr<Session> StartSsh() { return std::make_unique<SshSession>(); }

}  // namespace rustnet::net
