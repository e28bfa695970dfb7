// SPDX-License-Identifier: Apache-2.0
// SMTP (RFC 5321) and LMTP (RFC 2033): command lines one way, replies of three digits the other.
// Mail is passed over: after DATA up to a line of one dot, after BDAT (RFC 3030) by its size. What
// answers AUTH (RFC 4954) is no command; a reply 220 to STARTTLS (RFC 3207) means that TLS follows.
#include <charconv>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kSmtpCommand{"smtp_command"};
constexpr Field kSmtpHelo{"smtp_helo"};
constexpr Field kSmtpServer{"smtp_server"};  // what the server says of itself (220)

constexpr size_t kLongestLine = 1024;  // RFC 5321 section 4.5.3.1: 512, and 1000 of a mail
constexpr uint32_t kReady = 220, kAuthContinues = 334, kDataFollows = 354, kFirstRefusal = 400;

// RFC 5321, 821, 1985, 2033, 2645, 3030, 3207, 4468, 4954 and what servers of one make add.
constexpr std::string_view kCommands[] = {
    "EHLO",     "HELO",    "LHLO",     "MAIL",   "RCPT",    "DATA",          "BDAT",
    "RSET",     "NOOP",    "QUIT",     "VRFY",   "EXPN",    "HELP",          "AUTH",
    "ETRN",     "ATRN",    "TURN",     "SEND",   "SOML",    "SAML",          "BURL",
    "STARTTLS", "XCLIENT", "XFORWARD", "X-EXPS", "XEXCH50", "X-ANONYMOUSTLS"};
constexpr std::string_view kHellos[] = {"EHLO", "HELO", "LHLO"};

class SmtpSession : public LineSession {
 public:
  SmtpSession() : LineSession(kLongestLine) {}

 private:
  enum class State : uint8_t { kIdle, kDataAsked, kData, kAuth, kTlsAsked };

  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    const uint32_t code = ReplyCode(line);
    if (IsServer(direction) || (!settled() && code != 0)) {
      return code == 0 ? Progress::kMore : OnReply(direction, code, line, facts);
    }
    OnCommand(direction, line, facts);
    return Progress::kMore;
  }

  Progress OnReply(Direction direction, uint32_t code, std::string_view line, Facts* facts) {
    SettleServer(direction);
    if (!greeted_ && code == kReady && line.size() > 4) {
      facts->Add(kSmtpServer, Trimmed(line.substr(4)));
    }
    greeted_ = true;
    Spoke(direction);
    const bool last = line.size() < 4 || line[3] == ' ';
    if (!last) return Progress::kMore;
    if (state_ == State::kTlsAsked && code == kReady) return Progress::kNext;
    if (code == kDataFollows) state_ = State::kData;
    const bool over = state_ == State::kAuth ? code != kAuthContinues
                                             : state_ != State::kData && code >= kFirstRefusal;
    if (over) state_ = State::kIdle;
    return Progress::kMore;
  }

  void OnCommand(Direction direction, std::string_view line, Facts* facts) {
    // Whoever says DATA waits for the answer (RFC 2920 section 3.1); what it was may not be here.
    if (state_ == State::kData || state_ == State::kDataAsked) {
      state_ = line == "." ? State::kIdle : State::kData;
      return;
    }
    const std::string_view command = KnownWord(kCommands, Trimmed(TakeWord(&line)));
    if (command.empty() || state_ == State::kAuth) return;
    SettleServer(Opposite(direction));
    greeted_ = true;
    Spoke(direction);
    facts->Add(kSmtpCommand, command);
    if (!KnownWord(kHellos, command).empty()) facts->Add(kSmtpHelo, Trimmed(line));
    if (command == "DATA") state_ = State::kDataAsked;
    if (command == "AUTH") state_ = State::kAuth;
    if (command == "STARTTLS") state_ = State::kTlsAsked;
    if (command == "BDAT") SkipChunk(direction, Trimmed(line));
  }

  void SkipChunk(Direction direction, std::string_view arguments) {
    uint64_t size = 0;
    const std::string_view digits = TakeWord(&arguments);
    // Otherwise it will be refused, and no chunk follows.
    if (!arguments.empty() && !EqualsIgnoreCase(Trimmed(arguments), "LAST")) return;
    const auto end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, size);
    if (parsed.ec == std::errc() && parsed.ptr == end) Skip(direction, size);
  }

  State state_ = State::kIdle;
  bool greeted_ = false;
};

bool IsDomainCharacter(char c) {
  const char low = ToLower(c);
  return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view(".-_:[]").find(c) != std::string_view::npos;
}

// A client's hello and a name, to the end of the line.
Verdict ProbeHello(std::string_view text) {
  const Verdict word = ProbeWord(text, kHellos);
  if (word != Verdict::kMatch) return word;
  const size_t end = text.find('\n');
  std::string_view name = text.substr(0, end);
  TakeWord(&name);
  if (name.ends_with('\r')) name.remove_suffix(1);
  for (const char c : Trimmed(name)) {
    if (!IsDomainCharacter(c)) return Verdict::kNotMine;
  }
  if (end == std::string_view::npos) {
    return text.size() < kLongestLine ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  return Trimmed(name).empty() ? Verdict::kNotMine : Verdict::kMatch;
}

}  // namespace

Verdict ProbeSmtp(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  if (text.front() != '2') return ProbeHello(text);
  const Verdict code = StartsLike(text, "220");
  if (code != Verdict::kMatch) return code;
  if (text.size() > 3 && text[3] != ' ' && text[3] != '-') return Verdict::kNotMine;
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  if (line.find("SMTP") != std::string_view::npos) return Verdict::kMatch;
  if (line.find("LMTP") != std::string_view::npos) return Verdict::kMatch;
  const bool open = end == std::string_view::npos && text.size() < kLongestLine;
  return open ? Verdict::kNeedMore : Verdict::kNotMine;
}

Verdict ProbeSmtpPort(Bytes opening) { return ProbeReplyOrWord(AsText(opening), kCommands); }

FieldList SmtpFields() { return FieldsOf<kSmtpCommand, kSmtpHelo, kSmtpServer>(); }

std::unique_ptr<Session> StartSmtp() { return std::make_unique<SmtpSession>(); }

}  // namespace rustnet::net
