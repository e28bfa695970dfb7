// SPDX-License-Identifier: Apache-2.0
// NNTP (RFC 3977): command lines one way, replies of three digits the other, then perhaps articles.
// Arguments are not kept.  A reply 382 to STARTTLS (RFC 4642) means that TLS follows.
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kNntpCommand{"nntp_command"};
constexpr Field kNntpServer{"nntp_server"};  // what the server says of itself (200, 201)

constexpr size_t kLongestLine = 1024;
constexpr uint32_t kPostingAllowed = 200, kPostingProhibited = 201;
constexpr uint32_t kSendArticle = 335, kSendPost = 340, kTlsFollows = 382;

// RFC 3977, 4642, 4643, 4644 and 2980.
constexpr std::string_view kCommands[] = {
    "CAPABILITIES", "MODE",     "QUIT",     "GROUP", "LISTGROUP", "LAST",  "NEXT",
    "ARTICLE",      "HEAD",     "BODY",     "STAT",  "POST",      "IHAVE", "DATE",
    "HELP",         "LIST",     "NEWNEWS",  "OVER",  "HDR",       "XOVER", "NEWGROUPS",
    "XHDR",         "STARTTLS", "AUTHINFO", "CHECK", "TAKETHIS",  "SLAVE", "XPAT"};

class NntpSession : public LineSession {
 public:
  NntpSession() : LineSession(kLongestLine) {}

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    const uint32_t code = ReplyCode(line);
    if (IsServer(direction) || (!settled() && code != 0)) {
      return code == 0 ? Progress::kMore : OnReply(direction, code, line, facts);
    }
    if (sends_article_) {
      sends_article_ = line != ".";
      return Progress::kMore;
    }
    const std::string_view command = KnownWord(kCommands, TakeWord(&line));
    if (command.empty()) return Progress::kMore;
    SettleServer(Opposite(direction));
    Spoke(direction);
    greeted_ = true;
    facts->Add(kNntpCommand, command);
    wants_tls_ = command == "STARTTLS";
    sends_article_ = command == "TAKETHIS";
    return Progress::kMore;
  }

  Progress OnReply(Direction direction, uint32_t code, std::string_view line, Facts* facts) {
    SettleServer(direction);
    Spoke(direction);
    if (!greeted_ && (code == kPostingAllowed || code == kPostingProhibited) && line.size() > 4) {
      facts->Add(kNntpServer, Trimmed(line.substr(4)));
    }
    greeted_ = true;
    if (code == kSendArticle || code == kSendPost) sends_article_ = true;
    return wants_tls_ && code == kTlsFollows ? Progress::kNext : Progress::kMore;
  }

  bool greeted_ = false;
  bool wants_tls_ = false;
  bool sends_article_ = false;
};

}  // namespace

// A greeting that says NNTP, or a client's CAPABILITIES or MODE READER.
Verdict ProbeNntp(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, kLongestLine);
  if (text.front() != '2') return StartsLike(text, "MODE READER\r\n");
  const Verdict code = StartsLike(text, text.substr(0, 3) == "201" ? "201 " : "200 ");
  if (code != Verdict::kMatch) return code;
  const size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  if (line.find("NNTP") != std::string_view::npos) return Verdict::kMatch;
  const bool open = end == std::string_view::npos && text.size() < kLongestLine;
  return open ? Verdict::kNeedMore : Verdict::kNotMine;
}

// On its ports any answer or command.  220 to 223 have an article's number (RFC 3977 section 6.2):
// with 220 alone others greet.
Verdict ProbeNntpPort(Bytes opening) {
  const std::string_view text = AsText(opening);
  const Verdict verdict = ProbeReplyOrWord(text, kCommands);
  const std::string_view code = text.substr(0, 3);
  if (verdict != Verdict::kMatch || code < "220" || code > "223") return verdict;
  if (text.size() < 5) return Verdict::kNeedMore;
  return text[4] >= '0' && text[4] <= '9' ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList NntpFields() { return FieldsOf<kNntpCommand, kNntpServer>(); }

std::unique_ptr<Session> StartNntp() { return std::make_unique<NntpSession>(); }

}  // namespace rustnet::net
