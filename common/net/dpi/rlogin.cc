// SPDX-License-Identifier: Apache-2.0
// rlogin (RFC 1282): NUL, then the user here, the user there and "terminal/speed", each with a NUL
// behind it; the server agrees with a NUL.  What is typed afterwards is not read.
#include <algorithm>
#include <string>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr Field kRloginUser{"rlogin_user"};
constexpr Field kRloginTerminal{"rlogin_terminal"};

constexpr size_t kLongestOpening = 256, kLongestUser = 32;
constexpr size_t kNuls = 4;

bool IsPrintable(char c) { return c > ' ' && c <= '~'; }

class RloginSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (opening_.empty()) client_ = direction;
    if (direction != client_) {
      agreed_ = told_ && bytes.front() == 0;
      return Progress::kDone;
    }
    if (told_) return Progress::kMore;
    for (const char c : AsText(bytes)) {
      if (opening_.size() == kLongestOpening) return Progress::kDone;
      opening_.push_back(c);
      if (std::count(opening_.begin(), opening_.end(), '\0') < long{kNuls}) continue;
      Tell(facts);
      break;
    }
    return Progress::kMore;
  }
  bool Agreed() const override { return agreed_; }
  size_t memory() const override { return sizeof *this + opening_.capacity(); }

 private:
  void Tell(Facts* facts) {
    std::string_view rest = opening_;
    TakeWord(&rest, '\0');
    TakeWord(&rest, '\0');
    facts->Add(kRloginUser, TakeWord(&rest, '\0'));
    facts->Add(kRloginTerminal, TakeWord(&rest, '\0'));
    told_ = true;
  }

  std::string opening_;
  Direction client_ = Direction::kForward;
  bool told_ = false;
  bool agreed_ = false;
};

}  // namespace

Verdict ProbeRlogin(Bytes opening) {
  std::string_view text = AsText(opening);
  if (text.front() != '\0') return Verdict::kNotMine;
  text.remove_prefix(1);
  for (size_t i = 1; i < kNuls; ++i) {
    const size_t end = text.find('\0');
    const std::string_view word = text.substr(0, end);
    const bool terminal = i == kNuls - 1;
    if (word.size() > (terminal ? 2 * kLongestUser : kLongestUser)) return Verdict::kNotMine;
    if (!std::all_of(word.begin(), word.end(), IsPrintable)) return Verdict::kNotMine;
    if (end == std::string_view::npos) return Verdict::kNeedMore;
    if (word.empty()) return Verdict::kNotMine;
    text.remove_prefix(end + 1);
    if (!terminal) continue;
    const size_t slash = word.rfind('/');
    if (slash == std::string_view::npos || slash + 1 == word.size()) return Verdict::kNotMine;
    const std::string_view speed = word.substr(slash + 1);
    if (speed.find_first_not_of("0123456789") != std::string_view::npos) return Verdict::kNotMine;
  }
  return Verdict::kMatch;
}

FieldList RloginFields() { return FieldsOf<kRloginUser, kRloginTerminal>(); }

std::unique_ptr<Session> StartRlogin() { return std::make_unique<RloginSession>(); }

}  // namespace rustnet::net
