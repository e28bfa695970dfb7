// SPDX-License-Identifier: Apache-2.0
// The control connection of FTP (RFC 959): command lines one way, replies of three digits the
// other. A reply 234 to AUTH (RFC 4217) means that TLS follows.  Arguments are not kept but the
// user's name; where data will go (RFC 959, 2428) is expected.
#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/expectations.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr Field kFtpCommand{"ftp_command"};
constexpr Field kFtpUser{"ftp_user"};
constexpr Field kFtpServer{"ftp_server"};  // what the server says of itself (220)

constexpr size_t kLongestLine = 512;
constexpr size_t kLongestCommand = 16;

// RFC 959, 2228, 2389, 2428, 2640, 3659, 4217, 7151, 775 and 1639, and what servers add.
constexpr std::string_view kCommands[] = {
    "ABOR", "ACCT", "ADAT", "ALLO", "APPE", "AUTH", "AVBL", "CCC",  "CDUP", "CLNT", "COMB", "CONF",
    "CSID", "CWD",  "DELE", "EPRT", "EPSV", "ENC",  "FEAT", "HASH", "HELP", "HOST", "LANG", "LIST",
    "LPRT", "LPSV", "MDTM", "MFCT", "MFF",  "MFMT", "MIC",  "MKD",  "MLSD", "MLST", "MODE", "NLST",
    "NOOP", "OPTS", "PASS", "PASV", "PBSZ", "PORT", "PROT", "PWD",  "QUIT", "REIN", "REST", "RETR",
    "RMD",  "RNFR", "RNTO", "SITE", "SIZE", "SMNT", "SPSV", "STAT", "STOR", "STOU", "STRU", "SYST",
    "TYPE", "USER", "XCRC", "XCUP", "XCWD", "XMD5", "XMKD", "XPWD", "XRMD", "XSHA1"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "220 text" or "220-text".
bool IsReply(std::string_view line) {
  return line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, IsDigit) &&
         line[0] >= '1' && line[0] <= '6' && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
}

bool IsCommandWord(std::string_view word) {
  return word.size() >= 3 && word.size() <= kLongestCommand &&
         std::all_of(word.begin(), word.end(),
                     [](char c) { return ToLower(c) >= 'a' && ToLower(c) <= 'z'; });
}

// RFC 959 section 4.1.2: the port of "h1,h2,h3,h4,p1,p2", in a reply behind other text; 0: none.
uint16_t FindPort(std::string_view text) {
  const size_t first = text.find_first_of("0123456789");
  if (first == std::string_view::npos) return 0;
  text.remove_prefix(first);
  uint16_t port = 0;
  for (int i = 0; i < 6; ++i) {
    uint8_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc()) return 0;
    port = static_cast<uint16_t>(port << 8 | number);
    text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
    if (i < 5 && !text.starts_with(',')) return 0;
    if (i < 5) text.remove_prefix(1);
  }
  return port;
}

// RFC 2428: that of "|1|192.0.2.1|6275|", in a reply (EPSV) "|||6275|".
uint16_t FindExtendedPort(std::string_view text) {
  const size_t first = text.find('|');
  if (first == std::string_view::npos) return 0;
  text.remove_prefix(first + 1);
  TakeWord(&text, '|');
  TakeWord(&text, '|');
  uint16_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// At the address of who says so, whatever address is said: that is the right one behind a NAT too,
// and nobody can speak for others (RFC 2577 section 3).
void ExpectData(uint16_t port, const Moment& moment) {
  if (moment.expectations == nullptr || port == 0) return;
  moment.expectations->Add({moment.source, port, Protocol::kTcp, "ftp-data", moment.time});
}

class FtpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Lines& lines = lines_[static_cast<size_t>(direction)];
    std::string_view line;
    while (lines.Next(&bytes, &line, facts)) {
      if (IsReply(line)) {
        OnReply(line, moment, facts);
        if (!secured_) continue;
        unread_ = bytes;
        replied_ = direction;
        return Progress::kNext;
      }
      OnCommand(line, moment, facts);
    }
    return Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t) override {
    lines_[static_cast<size_t>(direction)].Reset();
    return Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == replied_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return asked_ && answered_; }
  size_t memory() const override { return sizeof *this + lines_[0].memory() + lines_[1].memory(); }

 private:
  void OnReply(std::string_view line, const Moment& moment, Facts* facts) {
    if (line.starts_with("227")) ExpectData(FindPort(line.substr(3)), moment);
    if (line.starts_with("229")) ExpectData(FindExtendedPort(line), moment);
    if (!answered_ && line.starts_with("220") && line.size() > 4) {
      facts->Add(kFtpServer, Trimmed(line.substr(4)));
    }
    answered_ = true;
    secured_ = wants_tls_ && line.starts_with("234");
  }

  void OnCommand(std::string_view line, const Moment& moment, Facts* facts) {
    const std::string_view command = KnownWord(kCommands, TakeWord(&line));
    if (command.empty()) return;
    asked_ = true;
    facts->Add(kFtpCommand, command);
    if (command == "PORT") ExpectData(FindPort(line), moment);
    if (command == "EPRT") ExpectData(FindExtendedPort(line), moment);
    if (command == "USER") facts->Add(kFtpUser, Trimmed(line));
    if (command == "AUTH")
      wants_tls_ = StartsWithIgnoreCase(line, "TLS") || StartsWithIgnoreCase(line, "SSL");
  }

  std::array<Lines, 2> lines_{Lines(kLongestLine), Lines(kLongestLine)};
  Bytes unread_;
  Direction replied_ = Direction::kBackward;
  bool asked_ = false;
  bool answered_ = false;
  bool wants_tls_ = false;
  bool secured_ = false;
};

}  // namespace

// The greeting of a server that calls itself FTP.
Verdict ProbeFtp(Bytes opening) {
  constexpr std::string_view kGreeting = "220";
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  if (text.size() <= kGreeting.size()) {
    return kGreeting.starts_with(text) ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  if (!text.starts_with(kGreeting) || (text[3] != ' ' && text[3] != '-')) return Verdict::kNotMine;
  const size_t end = text.find('\n');
  if (text.substr(0, end).find("FTP") != std::string_view::npos) return Verdict::kMatch;
  return end == std::string_view::npos && text.size() < kLongestLine ? Verdict::kNeedMore
                                                                     : Verdict::kNotMine;
}

// On port 21 any reply, and any known command.
Verdict ProbeFtpPort(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  const size_t end = text.find_first_of(" \r\n-");
  const std::string_view word = text.substr(0, end);
  const bool digits = std::all_of(word.begin(), word.end(), IsDigit);
  if (end == std::string_view::npos) {
    const bool may_be = digits ? word.size() <= 3 : IsCommandWord(word) || word.size() < 3;
    return may_be ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  if (digits) return IsReply(text.substr(0, end + 1)) ? Verdict::kMatch : Verdict::kNotMine;
  const bool known = std::any_of(std::begin(kCommands), std::end(kCommands),
                                 [&](std::string_view c) { return EqualsIgnoreCase(c, word); });
  return known && text[end] != '-' ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList FtpFields() { return FieldsOf<kFtpCommand, kFtpUser, kFtpServer>(); }

std::unique_ptr<Session> StartFtp() { return std::make_unique<FtpSession>(); }

}  // namespace rustnet::net
