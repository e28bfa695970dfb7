// SPDX-License-Identifier: Apache-2.0
#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "common/base/text.h"
#include "common/model/filter_value.h"

namespace rustnet::model {
namespace {

// `needle` is in lower case and not empty.
bool Contains(std::string_view text, std::string_view needle) {
  if (needle.size() > text.size()) return false;
  const char first = needle.front();
  const size_t last = text.size() - needle.size();
  for (size_t i = 0; i <= last; ++i) {
    if (ToLower(text[i]) != first) continue;
    size_t n = 1;
    while (n < needle.size() && ToLower(text[i + n]) == needle[n]) ++n;
    if (n == needle.size()) return true;
  }
  return false;
}

bool IsSubsequence(std::string_view text, std::string_view needle) {
  size_t found = 0;
  for (const char c : text) {
    if (found < needle.size() && ToLower(c) == needle[found]) ++found;
  }
  return found == needle.size();
}

bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// A text that is read back as it is without quotes: a word that is no operator.
bool IsPlain(std::string_view text, bool keyed) {
  if (text.empty() || !IsWordChar(text.front())) return false;
  // These have a meaning of their own behind process: and src:.
  if (keyed && (text == "unknown" || Cidr::Parse(text))) return false;
  if (text == "or" || text == "and" || text == "not") return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsWordChar(c) || c == '-'; });
}

std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

TextTest::TextTest() = default;
TextTest::~TextTest() = default;
TextTest::TextTest(TextTest&&) noexcept = default;
TextTest& TextTest::operator=(TextTest&&) noexcept = default;

TextTest TextTest::Of(Kind kind, std::string_view text) {
  TextTest test;
  test.kind_ = kind;
  test.text_ = ToLower(text);
  return test;
}

bool TextTest::Regex(std::string_view pattern, bool ignore_case, TextTest* out,
                     std::string* sentence) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(1 << 20);
  out->kind_ = Kind::kRegex;
  out->ignore_case_ = ignore_case;
  out->text_ = pattern;
  out->regex_ =
      std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (out->regex_->ok()) return true;
  *sentence = "not a regular expression: " + out->regex_->error();
  return false;
}

bool TextTest::operator()(std::string_view text) const {
  switch (kind_) {
    case Kind::kContains:
      return text_.empty() || Contains(text, text_);
    case Kind::kEquals:
      return EqualsIgnoreCase(text, text_);
    case Kind::kFuzzy:
      return IsSubsequence(text, text_);
    case Kind::kRegex:
      return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
  }
  return false;
}

bool TextTest::operator()(uint64_t number) const {
  char digits[20];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  return (*this)(std::string_view(digits, static_cast<size_t>(end - digits)));
}

std::string TextTest::Canonical(bool keyed) const {
  switch (kind_) {
    case Kind::kContains:
      return (keyed ? ":" : "") + (IsPlain(text_, keyed) ? text_ : Quoted(text_));
    case Kind::kEquals:
      return "=" + (IsPlain(text_, keyed) ? text_ : Quoted(text_));
    case Kind::kFuzzy:
      return (keyed ? ":~" : "~") + (IsPlain(text_, false) ? text_ : Quoted(text_));
    case Kind::kRegex:
      break;
  }
  return (keyed ? ":/" : "/") + text_ + (ignore_case_ ? "/i" : "/");
}

}  // namespace rustnet::model
