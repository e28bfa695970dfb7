// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "common/base/text.h"
#include "common/model/filter_value.h"

namespace rustnet::model {
namespace {

struct Factor {
  std::string_view name;  // lower case
  uint64_t value;
};

constexpr Factor kDurations[] = {
    {"ns", 1},
    {"us", 1'000},
    {"µs", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"m", 60'000'000'000},
    {"min", 60'000'000'000},
    {"h", 3'600'000'000'000},
    {"d", 86'400'000'000'000},
};

constexpr Factor kSizes[] = {
    {"b", 1},
    {"k", 1'000},
    {"kb", 1'000},
    {"m", 1'000'000},
    {"mb", 1'000'000},
    {"g", 1'000'000'000},
    {"gb", 1'000'000'000},
    {"t", 1'000'000'000'000},
    {"tb", 1'000'000'000'000},
    {"ki", 1ULL << 10},
    {"kib", 1ULL << 10},
    {"mi", 1ULL << 20},
    {"mib", 1ULL << 20},
    {"gi", 1ULL << 30},
    {"gib", 1ULL << 30},
    {"ti", 1ULL << 40},
    {"tib", 1ULL << 40},
};

// In bytes per second; 1 bit is an eighth, so these are what 8 of them make.
constexpr Factor kBits[] = {
    {"bit", 1}, {"kbit", 1'000}, {"mbit", 1'000'000}, {"gbit", 1'000'000'000}};

template <size_t kSize>
const Factor* Find(const Factor (&factors)[kSize], std::string_view name) {
  for (const Factor& factor : factors) {
    if (factor.name == name) return &factor;
  }
  return nullptr;
}

bool FactorOf(Unit unit, std::string name, double* factor) {
  const Factor* found = nullptr;
  switch (unit) {
    case Unit::kIdentity:
    case Unit::kCount:
      found = Find(kSizes, name);  // packets:>10k
      if (!name.empty() && (unit == Unit::kIdentity || name.size() != 1 || name == "b"))
        return false;
      break;
    case Unit::kRate:
      if (name.ends_with("/s")) name.resize(name.size() - 2);
      if (name.ends_with("ps") && name.size() > 2) name.resize(name.size() - 2);
      if (const Factor* bits = Find(kBits, name)) {
        *factor = static_cast<double>(bits->value) / 8;
        return true;
      }
      [[fallthrough]];
    case Unit::kBytes:
      found = Find(kSizes, name);
      break;
    case Unit::kSeconds:
    case Unit::kMillis:
      found = Find(kDurations, name.empty() ? (unit == Unit::kMillis ? "ms" : "s") : name);
      break;
  }
  if (name.empty() && found == nullptr) {
    *factor = 1;
    return true;
  }
  if (found == nullptr) return false;
  *factor = static_cast<double>(found->value);
  return true;
}

std::string_view Example(Unit unit) {
  switch (unit) {
    case Unit::kIdentity:
      return "443 or 1024..65535";
    case Unit::kCount:
      return ">100 or 10..20";
    case Unit::kBytes:
      return ">10MB or 1k..1M";
    case Unit::kRate:
      return ">1MB or >8Mbit";
    case Unit::kSeconds:
      return "<5m or 10s..1h";
    case Unit::kMillis:
      return ">50ms or 1..20ms";
  }
  return "5";
}

// One number with its unit, all of `text`.
bool ParseNumber(std::string_view text, Unit unit, uint64_t* out, std::string* sentence) {
  const size_t end = text.find_first_not_of("0123456789.");
  const std::string_view digits = text.substr(0, end);
  const std::string name = end == std::string_view::npos ? "" : ToLower(text.substr(end));
  double factor = 1;
  // Whole numbers stay exact.
  uint64_t whole = 0;
  const char* const stop = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), stop, whole);
  const bool is_whole = error == std::errc() && at == stop;
  if (error == std::errc::result_out_of_range) {
    *sentence = "'" + std::string(text) + "' is too large";
    return false;
  }
  double value = 0;
  if (!is_whole) {
    const auto [real_at, real_error] = std::from_chars(digits.data(), stop, value);
    if (digits.empty() || real_error != std::errc() || real_at != stop) {
      *sentence = "'" + std::string(text) + "' is not a number";
      return false;
    }
  }
  if (!FactorOf(unit, name, &factor)) {
    *sentence = unit == Unit::kIdentity
                    ? "'" + std::string(text) + "' is not a number"
                    : "'" + name + "' is not a unit here, e.g. " + std::string(Example(unit));
    return false;
  }
  if (!is_whole && factor == 1) {
    *sentence = "'" + std::string(text) + "' is not a whole number";
    return false;
  }
  const double scaled = is_whole ? static_cast<double>(whole) * factor : value * factor;
  if (scaled >= 9.2e18) {
    *sentence = "'" + std::string(text) + "' is too large";
    return false;
  }
  const bool exact = is_whole && factor >= 1;
  *out =
      exact ? whole * static_cast<uint64_t>(factor) : static_cast<uint64_t>(std::llround(scaled));
  return true;
}

}  // namespace

NumberTest NumberTest::Exactly(uint64_t value) {
  NumberTest test;
  test.low_ = test.high_ = value;
  return test;
}

bool NumberTest::Parse(std::string_view text, Unit unit, NumberTest* out, std::string* sentence) {
  constexpr uint64_t kMost = std::numeric_limits<uint64_t>::max();
  out->unit_ = unit;
  out->low_ = 0;
  out->high_ = kMost;
  const auto missing = [&] {
    *sentence = "number or range, e.g. " + std::string(Example(unit));
    return false;
  };
  static constexpr std::pair<std::string_view, Form> kSigns[] = {{">=", Form::kAtLeast},
                                                                 {"<=", Form::kAtMost},
                                                                 {">", Form::kGreater},
                                                                 {"<", Form::kLess},
                                                                 {"=", Form::kEquals}};
  out->form_ = Form::kPlain;
  for (const auto& [sign, form] : kSigns) {
    if (!text.starts_with(sign)) continue;
    out->form_ = form;
    text.remove_prefix(sign.size());
    break;
  }
  if (text.empty()) return missing();

  size_t dots = text.find("..");
  size_t width = 2;
  if (dots == std::string_view::npos) dots = text.find('-'), width = 1;
  if (out->form_ == Form::kPlain && dots != std::string_view::npos) {
    out->form_ = Form::kRange;
    const std::string_view low = text.substr(0, dots);
    const std::string_view high = text.substr(dots + width);
    if (low.empty() && high.empty()) return missing();
    if (!low.empty() && !ParseNumber(low, unit, &out->low_, sentence)) return false;
    if (!high.empty() && !ParseNumber(high, unit, &out->high_, sentence)) return false;
    if (out->low_ <= out->high_) return true;
    *sentence = "the range " + std::string(text) + " is empty";
    return false;
  }

  uint64_t value = 0;
  if (!ParseNumber(text, unit, &value, sentence)) return false;
  switch (out->form_) {
    case Form::kPlain:
      if (unit != Unit::kIdentity) out->form_ = Form::kAtLeast;
      out->low_ = value;
      if (unit == Unit::kIdentity) out->high_ = value;
      break;
    case Form::kEquals:
      if (unit == Unit::kIdentity) out->form_ = Form::kPlain;
      out->low_ = out->high_ = value;
      break;
    case Form::kGreater:
      out->low_ = value + 1;
      break;
    case Form::kAtLeast:
      out->low_ = value;
      break;
    case Form::kLess:
      out->high_ = value - 1;
      if (value == 0) out->low_ = 1, out->high_ = 0;  // nothing is less
      break;
    case Form::kAtMost:
      out->high_ = value;
      break;
    case Form::kRange:
      break;
  }
  return true;
}

std::string NumberTest::Written(uint64_t value) const {
  if (value == 0) return "0";
  const auto with = [value](const auto& factors) {
    std::string_view best;
    uint64_t largest = 0;
    for (const Factor& factor : factors) {
      if (value % factor.value == 0 && factor.value > largest) {
        largest = factor.value;
        best = factor.name;
      }
    }
    return std::to_string(value / largest) + std::string(best);
  };
  switch (unit_) {
    case Unit::kIdentity:
    case Unit::kCount:
      return std::to_string(value);
    case Unit::kBytes:
    case Unit::kRate:
      return std::to_string(value) + "b";
    case Unit::kSeconds:
    case Unit::kMillis:
      break;
  }
  return with(kDurations);
}

std::string NumberTest::Canonical() const {
  switch (form_) {
    case Form::kPlain:
      return ":" + Written(low_);
    case Form::kEquals:
      return "=" + Written(low_);
    case Form::kGreater:
      return ">" + Written(low_ - 1);
    case Form::kAtLeast:
      return ">=" + Written(low_);
    case Form::kLess:
      return "<" + (low_ > high_ ? "0" : Written(high_ + 1));
    case Form::kAtMost:
      return "<=" + Written(high_);
    case Form::kRange:
      break;
  }
  const bool open = high_ == std::numeric_limits<uint64_t>::max();
  return ":" + Written(low_) + ".." + (open ? "" : Written(high_));
}

}  // namespace rustnet::model
