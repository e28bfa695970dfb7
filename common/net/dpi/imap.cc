// SPDX-License-Identifier: Apache-2.0
// IMAP (RFC 9051, 3501): "tag COMMAND arguments" one way; "* data", "+ go on" and "tag OK" the
// other.  A line that ends in "{n}" is continued behind n bytes that are no lines.  What answers
// AUTHENTICATE is no command; a tagged OK to STARTTLS means that TLS follows.
#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kImapCommand{"imap_command"};
constexpr Field kImapServer{"imap_server"};  // what the server says of itself

constexpr size_t kLongestLine = 1024;
constexpr size_t kLongestTag = 32;

// RFC 9051 and 3501; then 2971, 2177, 2342, 5161, 6851, 3691, 9208, 4314, 5256, 4978, 5465, 5464.
constexpr std::string_view kCommands[] = {
    "CAPABILITY", "NOOP",     "LOGOUT",      "STARTTLS",     "AUTHENTICATE", "LOGIN",
    "SELECT",     "EXAMINE",  "CREATE",      "DELETE",       "RENAME",       "SUBSCRIBE",
    "LIST",       "LSUB",     "UNSUBSCRIBE", "STATUS",       "APPEND",       "CHECK",
    "CLOSE",      "EXPUNGE",  "SEARCH",      "FETCH",        "STORE",        "COPY",
    "UID",        "ID",       "IDLE",        "NAMESPACE",    "ENABLE",       "MOVE",
    "UNSELECT",   "GETQUOTA", "SETQUOTA",    "GETQUOTAROOT", "SETACL",       "DELETEACL",
    "GETACL",     "MYRIGHTS", "LISTRIGHTS",  "SORT",         "THREAD",       "COMPRESS",
    "NOTIFY",     "XLIST",    "GETMETADATA", "SETMETADATA"};
constexpr std::string_view kStatuses[] = {"OK", "NO", "BAD"};
constexpr std::string_view kUntagged[] = {"OK", "PREAUTH", "BYE", "CAPABILITY"};

// RFC 9051 section 9: any character but "(){%*"\+" and controls; here those that clients use.
bool IsTag(std::string_view word) {
  return !word.empty() && word.size() <= kLongestTag &&
         std::all_of(word.begin(), word.end(), [](char c) {
           const char low = ToLower(c);
           return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-' || c == '$' || c == '#' || c == ':';
         });
}

// n of a line's end "{n}", "{n+}" (RFC 7888) or "~{n}"; false: it has none.
bool EndsInLiteral(std::string_view line, uint64_t* size) {
  if (!line.ends_with('}')) return false;
  const size_t open = line.rfind('{');
  if (open == std::string_view::npos) return false;
  std::string_view digits = line.substr(open + 1, line.size() - open - 2);
  if (digits.ends_with('+') || digits.ends_with('-')) digits.remove_suffix(1);
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, *size);
  return parsed.ec == std::errc() && parsed.ptr == end && !digits.empty();
}

class ImapSession : public LineSession {
 public:
  ImapSession() : LineSession(kLongestLine) {}

 private:
  enum class State : uint8_t { kIdle, kAuth, kTlsAsked, kCompressionAsked };

  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    bool& continued = continued_[static_cast<size_t>(direction)];
    const bool begins = !continued;
    uint64_t literal = 0;
    continued = EndsInLiteral(line, &literal);
    if (continued) Skip(direction, literal);
    if (!begins) return Progress::kMore;

    std::string_view rest = line;
    const std::string_view tag = TakeWord(&rest);
    if (tag == "*" || tag == "+") {
      if (!IsClient(direction)) OnUntagged(direction, rest, facts);
      return Progress::kMore;
    }
    if (!IsTag(tag)) return Progress::kMore;
    const std::string_view word = TakeWord(&rest);
    const std::string_view status = KnownWord(kStatuses, word);
    if (!IsClient(direction) && !status.empty()) return OnStatus(direction, status);
    if (!IsServer(direction)) OnCommand(direction, word, rest, facts);
    return Progress::kMore;
  }

  void OnUntagged(Direction direction, std::string_view rest, Facts* facts) {
    const bool greets = KnownWord(kUntagged, TakeWord(&rest)) == "OK" && !settled();
    SettleServer(direction);
    Spoke(direction);
    if (greets) facts->Add(kImapServer, Trimmed(rest));
  }

  Progress OnStatus(Direction direction, std::string_view status) {
    SettleServer(direction);
    Spoke(direction);
    const State asked = state_;
    state_ = State::kIdle;
    // A literal that was announced and refused is not sent.
    const Direction client = Opposite(direction);
    if (status != "OK" && continued_[static_cast<size_t>(client)]) {
      Skip(client, 0);
      continued_[static_cast<size_t>(client)] = false;
    }
    if (status != "OK") return Progress::kMore;
    if (asked == State::kCompressionAsked) return Progress::kDone;
    return asked == State::kTlsAsked ? Progress::kNext : Progress::kMore;
  }

  void OnCommand(Direction direction, std::string_view word, std::string_view rest, Facts* facts) {
    std::string_view command = KnownWord(kCommands, word);
    if (command.empty() || state_ == State::kAuth) return;
    SettleServer(Opposite(direction));
    Spoke(direction);
    if (command == "UID") {  // of another command
      const std::string_view of = KnownWord(kCommands, TakeWord(&rest));
      if (!of.empty()) command = of;
    }
    facts->Add(kImapCommand, command);
    if (command == "AUTHENTICATE") state_ = State::kAuth;
    if (command == "STARTTLS") state_ = State::kTlsAsked;
    if (command == "COMPRESS") state_ = State::kCompressionAsked;
  }

  State state_ = State::kIdle;
  std::array<bool, 2> continued_{};
};

// "* OK", as far as `text` goes.
Verdict ProbeGreeting(std::string_view text) {
  if (text.size() < 2) return Verdict::kNeedMore;
  return text[1] == ' ' ? ProbeWord(text.substr(2), kUntagged) : Verdict::kNotMine;
}

}  // namespace

// A greeting that says IMAP.
Verdict ProbeImap(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  if (text.front() != '*') return Verdict::kNotMine;
  const Verdict greeting = ProbeGreeting(text);
  if (greeting != Verdict::kMatch) return greeting;
  const size_t end = text.find('\n');
  if (text.substr(0, end).find("IMAP") != std::string_view::npos) return Verdict::kMatch;
  const bool open = end == std::string_view::npos && text.size() < kLongestLine;
  return open ? Verdict::kNeedMore : Verdict::kNotMine;
}

// On its port any greeting, and a tag before a known command or a status.
Verdict ProbeImapPort(Bytes opening) {
  std::string_view text = AsText(opening);
  if (text.front() == '*') return ProbeGreeting(text);
  const size_t end = text.find(' ');
  if (!IsTag(text.substr(0, end))) return Verdict::kNotMine;
  if (end == std::string_view::npos) return Verdict::kNeedMore;
  text.remove_prefix(end + 1);
  const Verdict command = ProbeWord(text, kCommands);
  return command == Verdict::kNotMine ? ProbeWord(text, kStatuses) : command;
}

FieldList ImapFields() { return FieldsOf<kImapCommand, kImapServer>(); }

std::unique_ptr<Session> StartImap() { return std::make_unique<ImapSession>(); }

}  // namespace rustnet::net
