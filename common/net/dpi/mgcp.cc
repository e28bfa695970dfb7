// SPDX-License-Identifier: Apache-2.0
// MGCP (RFC 3435 section 3): "CRCX 1204 aaln/1@gw.net MGCP 1.0" asks, "200 1204 OK" answers.
#include <algorithm>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kMgcpCommand{"mgcp_command"};

constexpr std::string_view kVerbs[] = {"EPCF", "CRCX", "MDCX", "DLCX", "RQNT",
                                       "NTFY", "AUEP", "AUCX", "RSIP"};
constexpr size_t kLongestLine = 512;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsTransaction(std::string_view word) {
  return !word.empty() && word.size() <= 9 && std::all_of(word.begin(), word.end(), &IsDigit);
}

// The first line without its end; kNeedMore: it has none yet.
Verdict FirstLine(std::string_view text, std::string_view* line) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return text.size() < kLongestLine ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  *line = text.substr(0, end);
  if (line->ends_with('\r')) line->remove_suffix(1);
  return Verdict::kMatch;
}

bool ReadMessage(std::string_view text, Facts* facts) {
  if (ProbeMgcpPort(AsBytes(text)) != Verdict::kMatch) return false;
  facts->Add(kMgcpCommand, KnownWord(kVerbs, NextWord(&text)));
  return true;
}

// Messages may share a datagram, with a dot on a line between them (section 3.5.5).
bool ReadMgcp(Bytes datagram, const Moment&, Facts* facts) {
  std::string_view rest = AsText(datagram);
  bool known = ReadMessage(rest, facts);
  while (!rest.empty()) {
    const std::string_view line = TakeWord(&rest, '\n');
    if (line == "." || line == ".\r") known = ReadMessage(rest, facts) || known;
  }
  return known;
}

// Three digits (section 2.4: 000 acknowledges an answer, from 800 on they are a package's).
Verdict ProbeCode(std::string_view text) {
  if (std::string_view("012458").find(text.front()) == std::string_view::npos) {
    return Verdict::kNotMine;
  }
  constexpr size_t kDigits = 3;
  if (!std::all_of(text.begin(), text.begin() + static_cast<long>(std::min(text.size(), kDigits)),
                   &IsDigit)) {
    return Verdict::kNotMine;
  }
  if (text.size() <= kDigits) return Verdict::kNeedMore;
  return text[kDigits] == ' ' || text[kDigits] == '\t' ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

Verdict ProbeMgcp(Bytes datagram) {
  const std::string_view text = AsText(datagram);
  const Verdict verb = ProbeWord(text, kVerbs);
  if (verb != Verdict::kMatch) return verb;
  std::string_view line;
  const Verdict whole = FirstLine(text, &line);
  if (whole != Verdict::kMatch) return whole;
  NextWord(&line);
  if (!IsTransaction(NextWord(&line)) || NextWord(&line).empty()) return Verdict::kNotMine;
  return StartsLike(Trimmed(line), "MGCP ") == Verdict::kMatch ? Verdict::kMatch
                                                               : Verdict::kNotMine;
}

// On its ports answers too.
Verdict ProbeMgcpPort(Bytes datagram) {
  const Verdict command = ProbeMgcp(datagram);
  if (command != Verdict::kNotMine) return command;
  const std::string_view text = AsText(datagram);
  const Verdict code = ProbeCode(text);
  if (code != Verdict::kMatch) return code;
  std::string_view line;
  const Verdict whole = FirstLine(text, &line);
  if (whole != Verdict::kMatch) return whole;
  NextWord(&line);
  return IsTransaction(NextWord(&line)) ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList MgcpFields() { return FieldsOf<kMgcpCommand>(); }

std::unique_ptr<Session> StartMgcp() { return StartDatagrams<&ReadMgcp>(); }

}  // namespace rustnet::net
