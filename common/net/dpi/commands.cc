// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/commands.h"

#include <algorithm>

#include "common/base/text.h"

namespace rustnet::net {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string_view KnownWord(Words words, std::string_view word) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](std::string_view w) { return EqualsIgnoreCase(w, word); });
  return found == words.end() ? std::string_view() : *found;
}

uint32_t ReplyCode(std::string_view line) {
  if (line.size() < 3 || !std::all_of(line.begin(), line.begin() + 3, IsDigit)) return 0;
  if (line[0] < '1' || line[0] > '5') return 0;
  if (line.size() > 3 && line[3] != ' ' && line[3] != '-') return 0;
  uint32_t code = 0;
  for (const char c : line.substr(0, 3)) code = code * 10 + static_cast<uint32_t>(c - '0');
  return code;
}

Verdict StartsLike(std::string_view text, std::string_view start) {
  if (!StartsWithIgnoreCase(start, text.substr(0, start.size()))) return Verdict::kNotMine;
  return text.size() < start.size() ? Verdict::kNeedMore : Verdict::kMatch;
}

std::string_view NextWord(std::string_view* rest) {
  *rest = Trimmed(*rest);
  const std::string_view word = rest->substr(0, rest->find_first_of(" \t"));
  rest->remove_prefix(word.size());
  return word;
}

Verdict ProbeWord(std::string_view opening, Words words) {
  const size_t end = opening.find_first_of(" \r\n");
  const std::string_view word = opening.substr(0, end);
  if (end != std::string_view::npos) {
    return KnownWord(words, word).empty() ? Verdict::kNotMine : Verdict::kMatch;
  }
  const bool may_be = std::any_of(words.begin(), words.end(), [&](std::string_view w) {
    return StartsWithIgnoreCase(w, word);
  });
  return may_be ? Verdict::kNeedMore : Verdict::kNotMine;
}

Verdict ProbeReplyOrWord(std::string_view opening, Words words) {
  if (!opening.empty() && !IsDigit(opening[0])) return ProbeWord(opening, words);
  const std::string_view head = opening.substr(0, 4);
  if (!head.empty() && (head[0] < '1' || head[0] > '5')) return Verdict::kNotMine;
  for (const char c : head.substr(0, 3)) {
    if (!IsDigit(c)) return Verdict::kNotMine;
  }
  if (head.size() < 4) return Verdict::kNeedMore;
  return std::string_view(" -\r\n").find(head[3]) == std::string_view::npos ? Verdict::kNotMine
                                                                            : Verdict::kMatch;
}

Progress LineSession::OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) {
  moment_ = &moment;
  Side& from = side(direction);
  std::string_view line;
  for (;;) {
    const size_t skipped = static_cast<size_t>(std::min<uint64_t>(from.skip, bytes.size()));
    bytes = bytes.subspan(skipped);
    from.skip -= skipped;
    if (bytes.empty()) return Progress::kMore;
    if (from.lines.half().empty() && OnBinary(direction, &bytes)) continue;
    if (!from.lines.Next(&bytes, &line, facts)) return Progress::kMore;
    const Progress progress = OnLine(direction, line, facts);
    if (progress == Progress::kMore) continue;
    unread_ = bytes;
    ended_by_ = direction;
    return progress;
  }
}

Progress LineSession::OnGap(Direction direction, uint64_t lost) {
  Side& from = side(direction);
  if (lost > from.skip) from.lines.Reset();
  from.skip -= std::min(from.skip, lost);
  return Progress::kMore;
}

}  // namespace rustnet::net
