// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr size_t kKeptCapacity = 1024;  // of a buffer between two lines

std::string_view WithoutCr(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

bool Lines::Next(Bytes* bytes, std::string_view* line, Facts* facts) {
  if (taken_) Reset();
  if (bytes->empty()) return false;
  const size_t end = AsText(*bytes).find('\n');
  const bool whole = end != std::string_view::npos;
  std::string_view piece = AsText(*bytes).substr(0, end);
  *bytes = whole ? bytes->subspan(end + 1) : Bytes();

  const size_t room = longest_ - held_.size();
  if (piece.size() > room) {
    if (!cut_) facts->CountCut();
    cut_ = true;
    piece = piece.substr(0, room);
  }
  if (whole && held_.empty()) {
    cut_ = false;
    *line = WithoutCr(piece);
    return true;
  }
  held_.append(piece);
  if (!whole) return false;
  taken_ = true;
  *line = WithoutCr(held_);
  return true;
}

void Lines::Reset() {
  if (held_.capacity() > kKeptCapacity) held_ = {};
  held_.clear();
  taken_ = cut_ = false;
}

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::string_view TakeWord(std::string_view* rest, char separator) {
  const size_t end = rest->find(separator);
  const std::string_view word = rest->substr(0, end);
  *rest = end == std::string_view::npos ? std::string_view() : rest->substr(end + 1);
  return word;
}

}  // namespace rustnet::net
