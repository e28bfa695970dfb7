// SPDX-License-Identifier: Apache-2.0
// The identification protocol (RFC 1413): "6193, 23" asks whose connection that is, and the same
// with " : USERID : UNIX : name" or " : ERROR : NO-USER" answers.  Nobody's name is told.
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr size_t kLongestLine = 512;

class IdentSession : public LineSession {
 public:
  IdentSession() : LineSession(kLongestLine) {}

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts*) override {
    const bool answer = line.find(':') != std::string_view::npos;
    Spoke(direction);
    return answer ? Progress::kDone : Progress::kMore;
  }
};

}  // namespace

// Two ports with a comma between them, and the end of the line or a colon.
Verdict ProbeIdent(Bytes opening) {
  const std::string_view text = AsText(opening);
  constexpr size_t kMostDigits = 5, kMostBlanks = 4;
  size_t at = 0;
  const auto blanks = [&] {
    const size_t begin = at;
    while (at < text.size() && text[at] == ' ') ++at;
    return at - begin <= kMostBlanks;
  };
  const auto number = [&] {
    const size_t begin = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
    return at - begin <= kMostDigits && (at > begin || at == text.size());
  };
  if (!blanks() || !number() || !blanks()) return Verdict::kNotMine;
  if (at == text.size()) return Verdict::kNeedMore;
  if (text[at++] != ',') return Verdict::kNotMine;
  if (!blanks() || !number() || !blanks()) return Verdict::kNotMine;
  if (at == text.size()) return Verdict::kNeedMore;
  const char end = text[at];
  return end == '\r' || end == '\n' || end == ':' ? Verdict::kMatch : Verdict::kNotMine;
}

std::unique_ptr<Session> StartIdent() { return std::make_unique<IdentSession>(); }

}  // namespace rustnet::net
