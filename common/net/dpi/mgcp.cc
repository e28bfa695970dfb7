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

bool IsTransaction(std::string_view word) {
  return !word.empty() && word.size() <= 9 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
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

bool ReadMgcp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeMgcpPort(datagram) != Verdict::kMatch) return false;
  const std::string_view text = AsText(datagram);
  facts->Add(kMgcpCommand, KnownWord(kVerbs, text.substr(0, text.find(' '))));
  return true;
}

}  // namespace

Verdict ProbeMgcp(Bytes datagram) {
  const std::string_view text = AsText(datagram);
  const Verdict verb = ProbeWord(text, kVerbs);
  if (verb != Verdict::kMatch) return verb;
  std::string_view line;
  const Verdict whole = FirstLine(text, &line);
  if (whole != Verdict::kMatch) return whole;
  TakeWord(&line);
  if (!IsTransaction(TakeWord(&line))) return Verdict::kNotMine;
  if (TakeWord(&line).empty()) return Verdict::kNotMine;
  return StartsLike(line, "MGCP ") == Verdict::kMatch ? Verdict::kMatch : Verdict::kNotMine;
}

// On its ports answers too.
Verdict ProbeMgcpPort(Bytes datagram) {
  const Verdict command = ProbeMgcp(datagram);
  if (command != Verdict::kNotMine) return command;
  std::string_view text = AsText(datagram);
  const Verdict code = ProbeReplyOrWord(text, {});
  if (code != Verdict::kMatch) return code;
  if (text[3] != ' ') return Verdict::kNotMine;
  std::string_view line;
  const Verdict whole = FirstLine(text, &line);
  if (whole != Verdict::kMatch) return whole;
  TakeWord(&line);
  return IsTransaction(TakeWord(&line)) ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList MgcpFields() { return FieldsOf<kMgcpCommand>(); }

std::unique_ptr<Session> StartMgcp() { return StartDatagrams<&ReadMgcp>(); }

}  // namespace rustnet::net
