// SPDX-License-Identifier: Apache-2.0
// POP3 (RFC 1939): command lines one way, "+OK" and "-ERR" the other, then perhaps mail.  What
// answers AUTH (RFC 5034) is no command; "+OK" to STLS (RFC 2595) means that TLS follows.
#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kPopCommand{"pop_command"};
constexpr Field kPopUser{"pop_user"};
constexpr Field kPopServer{"pop_server"};  // what the server says of itself

constexpr size_t kLongestLine = 1024;

// RFC 1939, 2449, 2595, 5034, 6856; XTND of RFC 1081.
constexpr std::string_view kCommands[] = {"USER", "PASS", "APOP", "QUIT", "STAT", "LIST",
                                          "RETR", "DELE", "NOOP", "RSET", "TOP",  "UIDL",
                                          "CAPA", "STLS", "AUTH", "LANG", "UTF8", "XTND"};
constexpr std::string_view kReplies[] = {"+OK", "-ERR"};

class PopSession : public LineSession {
 public:
  PopSession() : LineSession(kLongestLine) {}

 private:
  enum class State : uint8_t { kIdle, kAuth, kTlsAsked };

  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    std::string_view rest = line;
    const std::string_view reply = KnownWord(kReplies, TakeWord(&rest));
    if (IsServer(direction) || (!settled() && !reply.empty())) {
      return reply.empty() ? Progress::kMore : OnReply(direction, reply, rest, facts);
    }
    OnCommand(direction, line, facts);
    return Progress::kMore;
  }

  Progress OnReply(Direction direction, std::string_view reply, std::string_view rest,
                   Facts* facts) {
    SettleServer(direction);
    Spoke(direction);
    if (!greeted_ && reply == "+OK") facts->Add(kPopServer, Trimmed(rest));
    greeted_ = true;
    const bool secured = state_ == State::kTlsAsked && reply == "+OK";
    state_ = State::kIdle;
    return secured ? Progress::kNext : Progress::kMore;
  }

  void OnCommand(Direction direction, std::string_view line, Facts* facts) {
    const std::string_view command = KnownWord(kCommands, TakeWord(&line));
    if (command.empty() || state_ == State::kAuth) return;
    SettleServer(Opposite(direction));
    Spoke(direction);
    greeted_ = true;
    facts->Add(kPopCommand, command);
    if (command == "USER") facts->Add(kPopUser, Trimmed(line));
    if (command == "AUTH") state_ = State::kAuth;
    if (command == "STLS") state_ = State::kTlsAsked;
  }

  State state_ = State::kIdle;
  bool greeted_ = false;
};

// "<process.clock@host>", which a server that knows APOP greets with (RFC 1939 section 7).
bool HasTimestamp(std::string_view line) {
  const size_t at = line.find('@');
  const size_t open = line.find('<');
  return open != std::string_view::npos && at != std::string_view::npos && open < at &&
         line.find('>', at) != std::string_view::npos;
}

}  // namespace

// A greeting that calls itself POP or can be nothing else: Redis too answers "+OK".
Verdict ProbePop(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  const Verdict start = StartsLike(text, "+OK ");
  if (start != Verdict::kMatch) return start;
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return text.size() < kLongestLine ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  const std::string_view line = text.substr(0, end);
  for (const std::string_view name : {"POP", "Pop3", "pop3", "ovecot"}) {
    if (line.find(name) != std::string_view::npos) return Verdict::kMatch;
  }
  return HasTimestamp(line) ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbePopPort(Bytes opening) {
  const std::string_view text = AsText(opening);
  const char first = text.front();
  return ProbeWord(text, first == '+' || first == '-' ? Words(kReplies) : Words(kCommands));
}

FieldList PopFields() { return FieldsOf<kPopCommand, kPopUser, kPopServer>(); }

std::unique_ptr<Session> StartPop() { return std::make_unique<PopSession>(); }

}  // namespace rustnet::net
