// SPDX-License-Identifier: Apache-2.0
// What stands behind a key of the filter language: a test of texts, or of numbers with units.
//
// Both know how to write themselves back, so that Parse(Canonical()) means the same.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/model/filter.h"

namespace re2 {
class RE2;
}

namespace rustnet::model {

// Does a text contain, equal, match …  Without regard to the case of ASCII letters, but for regular
// expressions.
class TextTest {
 public:
  enum class Kind : uint8_t { kContains, kEquals, kFuzzy, kRegex };

  TextTest();
  ~TextTest();
  TextTest(TextTest&&) noexcept;
  TextTest& operator=(TextTest&&) noexcept;

  // REQUIRES: `kind` is not kRegex.
  static TextTest Of(Kind kind, std::string_view text);
  // RE2 syntax (https://github.com/google/re2/wiki/Syntax).  False: `sentence` says what is wrong.
  static bool Regex(std::string_view pattern, bool ignore_case, TextTest* out,
                    std::string* sentence);

  bool operator()(std::string_view text) const;
  bool operator()(uint64_t number) const;  // as decimal text

  Kind kind() const { return kind_; }
  const std::string& text() const { return text_; }
  // As it is written in a filter, behind a key (`keyed`) or alone.
  std::string Canonical(bool keyed) const;

 private:
  Kind kind_ = Kind::kContains;
  bool ignore_case_ = false;  // of a regular expression
  std::string text_;          // lower case, or the pattern
  std::unique_ptr<re2::RE2> regex_;
};

enum class Unit : uint8_t {
  kIdentity,  // port, pid: a bare number is exact
  kCount,     // packets: a bare number is "at least", as for all measures
  kBytes,     // B, kB, MB, GB, TB; KiB, MiB, GiB, TiB
  kRate,      // as kBytes, with or without /s; bit, kbit, Mbit, Gbit
  kSeconds,   // ns, us, ms, s, m, h, d; without a unit seconds.  In ns.
  kMillis,    // the same, without a unit milliseconds
};

// Is a number inside of a range.
class NumberTest {
 public:
  // "5", ">5ms", ">=5", "<5", "=5", "1..5", "1..", "..5", "1-5", "1-".  False: `sentence` says what
  // is wrong, without the key.
  static bool Parse(std::string_view text, Unit unit, NumberTest* out, std::string* sentence);
  static NumberTest Exactly(uint64_t value);

  bool operator()(uint64_t value) const { return value >= low_ && value <= high_; }
  std::string Canonical() const;  // ":5", ">5ms", ":1..5"

 private:
  enum class Form : uint8_t { kPlain, kGreater, kLess, kAtLeast, kAtMost, kEquals, kRange };
  std::string Written(uint64_t value) const;

  Unit unit_ = Unit::kIdentity;
  Form form_ = Form::kPlain;
  uint64_t low_ = 0;
  uint64_t high_ = 0;
};

}  // namespace rustnet::model
