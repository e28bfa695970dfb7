// SPDX-License-Identifier: Apache-2.0
// IRC (RFC 1459, 2812): lines of an optional ":prefix", a command or three digits, parameters. What
// is said, passwords and the keys of channels are not kept.  670 (IRCv3 tls) means that TLS
// follows.
#include <algorithm>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kIrcCommand{"irc_command"};
constexpr Field kIrcNick{"irc_nick"};
constexpr Field kIrcUser{"irc_user"};
constexpr Field kIrcChannel{"irc_channel"};

constexpr size_t kLongestLine = 512;  // RFC 2812 section 2.3
constexpr size_t kLongestNick = 32;
constexpr size_t kMostTags = 4096;  // bytes of IRCv3 tags before a prefix

constexpr std::string_view kCommands[] = {
    "NICK",  "USER",  "PASS",     "JOIN",   "PART",     "PRIVMSG",      "NOTICE", "PING",
    "PONG",  "QUIT",  "MODE",     "TOPIC",  "NAMES",    "LIST",         "WHO",    "WHOIS",
    "CAP",   "OPER",  "SQUIT",    "INVITE", "KICK",     "VERSION",      "STATS",  "LINKS",
    "TIME",  "ADMIN", "INFO",     "MOTD",   "LUSERS",   "WHOWAS",       "KILL",   "AWAY",
    "ERROR", "ISON",  "USERHOST", "SERVER", "STARTTLS", "AUTHENTICATE", "TRACE",  "TAGMSG"};
constexpr std::string_view kOfClients[] = {"NICK", "USER", "PASS", "CAP", "STARTTLS"};
constexpr std::string_view kFromServer[] = {"NOTICE", "PRIVMSG", "MODE", "JOIN", "PING"};

bool IsNumeric(std::string_view word) {
  return word.size() == 3 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// RFC 2812 section 2.3.1, without its bound of nine.
bool IsNick(std::string_view word) {
  const auto is_special = [](char c) {
    return std::string_view("[]\\`_^{|}").find(c) != std::string_view::npos;
  };
  const auto is_letter = [](char c) { return ToLower(c) >= 'a' && ToLower(c) <= 'z'; };
  if (word.empty() || word.size() > kLongestNick) return false;
  if (!is_letter(word[0]) && !is_special(word[0])) return false;
  return std::all_of(word.begin(), word.end(), [&](char c) {
    return is_letter(c) || is_special(c) || (c >= '0' && c <= '9') || c == '-';
  });
}

struct Message {
  std::string_view prefix;
  std::string_view command;
  std::string_view rest;
};

std::string_view TakeParameter(std::string_view* rest) {
  const size_t first = rest->find_first_not_of(' ');
  *rest = first == std::string_view::npos ? std::string_view() : rest->substr(first);
  return TakeWord(rest);
}

Message Parse(std::string_view line) {
  Message message;
  message.rest = line;
  if (line.starts_with('@')) TakeWord(&message.rest);
  if (message.rest.starts_with(':')) message.prefix = TakeWord(&message.rest).substr(1);
  message.command = TakeParameter(&message.rest);
  return message;
}

class IrcSession : public LineSession {
 public:
  IrcSession() : LineSession(kLongestLine + kMostTags) {}

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    Message message = Parse(line);
    if (IsNumeric(message.command)) {
      if (IsClient(direction)) return Progress::kMore;
      SettleServer(direction);
      Spoke(direction);
      return message.command == "670" && asked_tls_ ? Progress::kNext : Progress::kMore;
    }
    const std::string_view command = KnownWord(kCommands, message.command);
    if (command.empty()) return Progress::kMore;
    if (!message.prefix.empty()) SettleServer(direction);
    if (!KnownWord(kOfClients, command).empty()) SettleServer(Opposite(direction));
    Spoke(direction);
    if (IsClient(direction)) OnCommand(command, message.rest, facts);
    return Progress::kMore;
  }

  void OnCommand(std::string_view command, std::string_view rest, Facts* facts) {
    facts->Add(kIrcCommand, command);
    asked_tls_ = asked_tls_ || command == "STARTTLS";
    if (command != "NICK" && command != "USER" && command != "JOIN") return;
    std::string_view first = TakeParameter(&rest);
    if (first.starts_with(':')) first.remove_prefix(1);
    if (command == "NICK") facts->Add(kIrcNick, first);
    if (command == "USER") facts->Add(kIrcUser, first);
    while (command == "JOIN" && !first.empty()) facts->Add(kIrcChannel, TakeWord(&first, ','));
  }

  bool asked_tls_ = false;
};

// The opening's first line of `text`; what follows it stays.
bool TakeLine(std::string_view* text, std::string_view* line) {
  const size_t end = text->find('\n');
  if (end == std::string_view::npos) return false;
  *line = text->substr(0, end);
  if (line->ends_with('\r')) line->remove_suffix(1);
  text->remove_prefix(end + 1);
  return true;
}

// A line of a client that nobody else would say.
bool IsClientLine(std::string_view line) {
  std::string_view rest = line;
  const std::string_view command = KnownWord(kCommands, TakeWord(&rest));
  std::string_view first = TakeParameter(&rest);
  if (command == "CAP") return EqualsIgnoreCase(first, "LS") || EqualsIgnoreCase(first, "REQ");
  if (command == "NICK") return IsNick(first.starts_with(':') ? first.substr(1) : first);
  if (command != "USER") return false;
  // "USER name mode unused :real name"
  TakeParameter(&rest);
  return !TakeParameter(&rest).empty() && Trimmed(rest).starts_with(':');
}

bool IsServerLine(std::string_view line) {
  const Message message = Parse(line);
  if (message.prefix.empty()) {
    const bool notice = EqualsIgnoreCase(message.command, "NOTICE");
    return notice && (message.rest.starts_with("AUTH :") || message.rest.starts_with("* :"));
  }
  if (message.rest.empty()) return false;
  return IsNumeric(message.command) || !KnownWord(kFromServer, message.command).empty();
}

// Before the line's end.
Verdict ProbeHalfLine(std::string_view text) {
  constexpr std::string_view kStarts[] = {"NICK", "USER", "PASS", "CAP", "NOTICE"};
  if (text.size() > kLongestLine) return Verdict::kNotMine;
  if (text.front() == ':') return Verdict::kNeedMore;
  return ProbeWord(text, kStarts) == Verdict::kNotMine ? Verdict::kNotMine : Verdict::kNeedMore;
}

}  // namespace

Verdict ProbeIrc(Bytes opening) {
  std::string_view text = AsText(opening);
  std::string_view line;
  for (size_t lines = 0; lines < 3 && !text.empty(); ++lines) {
    if (text.size() > 1 && text[0] == ':' && text[1] <= ' ') return Verdict::kNotMine;
    if (!TakeLine(&text, &line)) return ProbeHalfLine(text);
    if (IsClientLine(line) || IsServerLine(line)) return Verdict::kMatch;
    std::string_view rest = line;
    if (!EqualsIgnoreCase(TakeWord(&rest), "PASS") || rest.empty()) return Verdict::kNotMine;
  }
  return text.empty() ? Verdict::kNeedMore : Verdict::kNotMine;
}

// On its ports any known command at the beginning of a line, with a prefix or without.
Verdict ProbeIrcPort(Bytes opening) {
  std::string_view text = AsText(opening);
  if (text.front() == '@') {  // IRCv3 tags
    const size_t blank = text.find(' ');
    const bool plain = text.substr(0, blank).find_first_of("\r\n") == std::string_view::npos;
    if (!plain || text.size() > kMostTags) return Verdict::kNotMine;
    if (blank == std::string_view::npos || blank + 1 == text.size()) return Verdict::kNeedMore;
    text.remove_prefix(blank + 1);
    if (text.front() == '@') return Verdict::kNotMine;
    return ProbeIrcPort(AsBytes(text));
  }
  const Verdict sure = ProbeIrc(opening);
  if (sure == Verdict::kMatch) return sure;
  if (text.front() == ':') {
    const size_t blank = text.find(' ');
    const bool open = text.find('\n') == std::string_view::npos && text.size() < kLongestLine;
    if (blank == std::string_view::npos || blank + 1 == text.size()) {
      return open ? Verdict::kNeedMore : Verdict::kNotMine;
    }
    text.remove_prefix(blank + 1);
  }
  const Verdict command = ProbeWord(text, kCommands);
  return command == Verdict::kNotMine ? sure : command;
}

FieldList IrcFields() { return FieldsOf<kIrcCommand, kIrcNick, kIrcUser, kIrcChannel>(); }

std::unique_ptr<Session> StartIrc() { return std::make_unique<IrcSession>(); }

}  // namespace rustnet::net
