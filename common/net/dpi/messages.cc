// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/messages.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/text.h"

namespace rustnet::net {
namespace {

constexpr size_t kLongestLine = 4096;
constexpr size_t kLongestMethod = 24;
constexpr size_t kLongestBody = 4096;  // that is held

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// RFC 3261 section 25.1: a token; those in use are capitals and underscores.
bool IsMethod(std::string_view word) {
  return !word.empty() && word.size() <= kLongestMethod &&
         std::all_of(word.begin(), word.end(), [](char c) { return IsUpper(c) || c == '_'; });
}

bool IsVersion(std::string_view word, const MessageForm& form) {
  return !word.empty() && (word == form.version || word == form.newer);
}

// Whether the text is, or begins, the version.
bool BeginsLike(std::string_view text, std::string_view version) {
  return !version.empty() && text.substr(0, version.size()) == version.substr(0, text.size());
}

// False: the line begins no message.
bool ReadStart(std::string_view line, const MessageForm& form, Facts* facts) {
  std::string_view rest = line;
  const std::string_view first = TakeWord(&rest);
  if (IsVersion(first, form)) {
    const std::string_view code = TakeWord(&rest);
    if (code.size() != 3 || !std::all_of(code.begin(), code.end(), IsDigit)) return false;
    if (facts != nullptr) form.status(code, facts);
    return true;
  }
  const size_t end = rest.rfind(' ');
  if (!IsMethod(first) || end == std::string_view::npos) return false;
  if (!IsVersion(rest.substr(end + 1), form)) return false;
  if (facts != nullptr) form.request(first, Trimmed(rest.substr(0, end)), facts);
  return true;
}

// Content-Length, also in the compact form of SIP (RFC 3261 section 7.3.3).
bool ReadLength(std::string_view name, std::string_view value, uint64_t* length) {
  if (!EqualsIgnoreCase(name, "Content-Length") && !EqualsIgnoreCase(name, "l")) return false;
  uint64_t read = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, read);
  if (parsed.ec != std::errc()) return false;
  *length = read;
  return true;
}

std::string_view WithoutEmptyLines(std::string_view text) {
  const size_t first = text.find_first_not_of("\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

std::string_view TakeLine(std::string_view* text) {
  std::string_view line = TakeWord(text, '\n');
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

Verdict ProbeMessage(Bytes opening, const MessageForm& form) {
  const std::string_view text = WithoutEmptyLines(AsText(opening));
  if (text.empty()) return Verdict::kNeedMore;
  const size_t end = text.find('\n');
  if (end != std::string_view::npos) {
    std::string_view rest = text;
    return ReadStart(TakeLine(&rest), form, nullptr) ? Verdict::kMatch : Verdict::kNotMine;
  }
  if (text.size() > kLongestLine) return Verdict::kNotMine;
  if (BeginsLike(text, form.version) || BeginsLike(text, form.newer)) return Verdict::kNeedMore;
  const size_t blank = text.find(' ');
  const std::string_view word = text.substr(0, blank);
  return IsMethod(word) ? Verdict::kNeedMore : Verdict::kNotMine;
}

bool ReadMessage(Bytes datagram, const MessageForm& form, const Moment& moment, Facts* facts) {
  std::string_view text = WithoutEmptyLines(AsText(datagram));
  if (!ReadStart(TakeLine(&text), form, facts)) return false;
  while (!text.empty()) {
    std::string_view value = TakeLine(&text);
    if (value.empty()) break;
    const std::string_view name = Trimmed(TakeWord(&value, ':'));
    form.header(name, Trimmed(value), moment, facts);
  }
  if (form.body != nullptr) form.body(text, moment);
  return true;
}

MessageSession::MessageSession(const MessageForm* form) : LineSession(kLongestLine), form_(form) {}

Progress MessageSession::OnLine(Direction direction, std::string_view line, Facts* facts) {
  Side& side = sides_[static_cast<size_t>(direction)];
  if (!side.in_headers) {
    side.in_headers = ReadStart(line, *form_, facts);
    side.body = 0;
    if (side.in_headers) Spoke(direction);
    return Progress::kMore;
  }
  if (line.empty()) {
    side.in_headers = false;
    const bool wanted = form_->body != nullptr;
    if (wanted && side.body > kLongestBody) facts->CountCut();
    if (!wanted || side.body > kLongestBody) Skip(direction, std::exchange(side.body, 0));
    return Progress::kMore;
  }
  std::string_view value = line;
  const std::string_view name = Trimmed(TakeWord(&value, ':'));
  value = Trimmed(value);
  if (!ReadLength(name, value, &side.body)) form_->header(name, value, moment(), facts);
  return Progress::kMore;
}

bool MessageSession::OnBinary(Direction direction, Bytes* bytes) {
  Side& side = sides_[static_cast<size_t>(direction)];
  if (side.in_headers || side.body == 0) return false;
  const Bytes piece =
      bytes->first(static_cast<size_t>(std::min<uint64_t>(side.body, bytes->size())));
  side.held.insert(side.held.end(), piece.begin(), piece.end());
  side.body -= piece.size();
  *bytes = bytes->subspan(piece.size());
  if (side.body != 0) return true;
  form_->body(AsText(side.held), moment());
  side.held = {};
  return true;
}

Progress MessageSession::OnGap(Direction direction, uint64_t lost) {
  Side& side = sides_[static_cast<size_t>(direction)];
  if (!side.in_headers && side.body != 0) {
    Skip(direction, std::exchange(side.body, 0));
    side.held = {};
  }
  return LineSession::OnGap(direction, lost);
}

size_t MessageSession::memory() const {
  return LineSession::memory() + sides_[0].held.capacity() + sides_[1].held.capacity();
}

}  // namespace rustnet::net
