// SPDX-License-Identifier: Apache-2.0
// Syslog: "<34>" and a message, of RFC 3164 or RFC 5424, in a datagram; in a stream (RFC 6587) with
// its size before it or a line's end behind.  The number is facility times eight and severity.
// What is said is not kept.
#include <algorithm>
#include <array>
#include <string>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kSyslogFacility{"syslog_facility"};
constexpr Field kSyslogSeverity{"syslog_severity"};

// RFC 5424 section 6.2.1, as syslog.conf names them.
constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
constexpr std::array<std::string_view, 8> kSeverities = {"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr size_t kLongestLine = 2048;
constexpr uint32_t kEnough = 16;    // lines of a stream
constexpr size_t kLongestSize = 6;  // digits of a message's size

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "<0>" to "<191>", taken off `*text`.
Verdict ReadPriority(std::string_view* text, uint32_t* priority) {
  size_t at = 1;
  uint32_t value = 0;
  if (text->empty()) return Verdict::kNeedMore;
  if (text->front() != '<') return Verdict::kNotMine;
  while (at < text->size() && at <= 3 && IsDigit((*text)[at])) {
    value = value * 10 + static_cast<uint32_t>((*text)[at++] - '0');
  }
  if (value >= kFacilities.size() * kSeverities.size()) return Verdict::kNotMine;
  if (at == text->size()) return Verdict::kNeedMore;
  if (at == 1 || (*text)[at] != '>') return Verdict::kNotMine;
  text->remove_prefix(at + 1);
  *priority = value;
  return Verdict::kMatch;
}

// `form`: 0 stands for a digit, _ for a digit or a blank.
Verdict ProbeForm(std::string_view text, std::string_view form) {
  for (size_t i = 0; i < form.size(); ++i) {
    if (i == text.size()) return Verdict::kNeedMore;
    const bool fits = form[i] == '0'   ? IsDigit(text[i])
                      : form[i] == '_' ? IsDigit(text[i]) || text[i] == ' '
                                       : text[i] == form[i];
    if (!fits) return Verdict::kNotMine;
  }
  return Verdict::kMatch;
}

// "Oct 11 22:14:15" (RFC 3164 section 4.1.2).
Verdict ProbeOldTime(std::string_view text) {
  const std::string_view month = text.substr(0, 3);
  const bool known = std::any_of(kMonths.begin(), kMonths.end(),
                                 [&](std::string_view m) { return m.starts_with(month); });
  if (!known) return Verdict::kNotMine;
  return text.size() <= 3 ? Verdict::kNeedMore : ProbeForm(text.substr(3), " _0 00:00:00");
}

// "1 2003-10-11T22:14:15" or "1 - " (RFC 5424 section 6).
Verdict ProbeNewTime(std::string_view text) {
  const Verdict nil = ProbeForm(text, "1 - ");
  return nil == Verdict::kNotMine ? ProbeForm(text, "1 0000-00-00T00:00:00") : nil;
}

Verdict ProbeTime(std::string_view text) {
  if (text.empty()) return Verdict::kNeedMore;
  return text.front() == '1' ? ProbeNewTime(text) : ProbeOldTime(text);
}

// A priority and a time.
Verdict ProbeFullMessage(std::string_view text) {
  uint32_t priority = 0;
  const Verdict verdict = ReadPriority(&text, &priority);
  return verdict == Verdict::kMatch ? ProbeTime(text) : verdict;
}

bool AddPriority(std::string_view message, Facts* facts) {
  uint32_t priority = 0;
  if (ReadPriority(&message, &priority) != Verdict::kMatch) {
    return ProbeOldTime(message) == Verdict::kMatch;
  }
  facts->Add(kSyslogFacility, kFacilities[priority / kSeverities.size()]);
  facts->Add(kSyslogSeverity, kSeverities[priority % kSeverities.size()]);
  return true;
}

bool ReadSyslog(Bytes datagram, const Moment&, Facts* facts) {
  return AddPriority(AsText(datagram), facts);
}

// Each line that begins with a priority, or with a size and then one; of a stream without lines
// the first message.
class SyslogSession : public LineSession {
 public:
  SyslogSession() : LineSession(kLongestLine) {}

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    if (!line.starts_with('<')) TakeWord(&line);
    if (AddPriority(line, facts)) Spoke(direction);
    return ++lines_ < kEnough ? Progress::kMore : Progress::kDone;
  }

  uint32_t lines_ = 0;
};

}  // namespace

Verdict ProbeSyslog(Bytes datagram) { return ProbeFullMessage(AsText(datagram)); }

// On its port a priority before text; or no priority but a time.
Verdict ProbeSyslogPort(Bytes datagram) {
  std::string_view text = AsText(datagram);
  uint32_t priority = 0;
  const Verdict verdict = ReadPriority(&text, &priority);
  if (verdict == Verdict::kNotMine) return ProbeOldTime(text);
  if (verdict != Verdict::kMatch || text.empty()) return Verdict::kNeedMore;
  return static_cast<uint8_t>(text.front()) >= 0x20 ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeSyslogTcp(Bytes opening) {
  std::string_view text = AsText(opening);
  if (!IsDigit(text.front())) return ProbeFullMessage(text);
  const size_t end = text.find_first_not_of("0123456789");
  if (end == std::string_view::npos) {
    return text.size() <= kLongestSize ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  if (end > kLongestSize || text[end] != ' ') return Verdict::kNotMine;
  return ProbeFullMessage(text.substr(end + 1));
}

FieldList SyslogFields() { return FieldsOf<kSyslogFacility, kSyslogSeverity>(); }

std::unique_ptr<Session> StartSyslog() { return StartDatagrams<&ReadSyslog>(); }
std::unique_ptr<Session> StartSyslogTcp() { return std::make_unique<SyslogSession>(); }

}  // namespace rustnet::net
