// SPDX-License-Identifier: Apache-2.0
// Values stand one behind the other in one string; an entry says which piece is whose.
#include "common/net/dpi/facts.h"

#include <algorithm>
#include <charconv>

#include "common/base/text.h"

namespace rustnet::net {
namespace {

constexpr size_t kLargestValue = 8192;
constexpr size_t kLongestCharacter = 4;  // UTF-8

uint16_t ShortHash(std::string_view text) {
  uint32_t hash = 2166136261U;  // FNV-1a: texts are short
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return static_cast<uint16_t>(hash ^ hash >> 16);
}

}  // namespace

void Facts::Add(const Field& field, std::string_view raw) {
  if (raw.empty()) return;
  if (field.secret && !limits_->show_secrets) {
    ++withheld_;
    return;
  }
  // Room for one character more than allowed tells a text that was cut from one that just fits.
  char buffer[kLargestValue + kLongestCharacter];
  const size_t limit = std::min<size_t>(limits_->bytes_per_value, kLargestValue);
  size_t size = MakePrintable(raw, buffer, limit + kLongestCharacter);
  const bool cut = size > limit;
  if (cut) size = MakePrintable(raw, buffer, limit);
  const std::string_view text(buffer, size);
  if (text.empty()) return;

  const uint16_t hash = ShortHash(text);
  size_t values = 0;
  for (const Entry& entry : entries_) {
    if (entry.field->name != field.name) continue;
    if (entry.hash == hash && Text(entry) == text) return;
    ++values;
  }
  if (values >= limits_->values_per_field || bytes_.size() + size > limits_->bytes_per_flow) {
    ++dropped_;
    return;
  }
  if (cut) ++dropped_;
  entries_.push_back(
      {&field, static_cast<uint32_t>(bytes_.size()), static_cast<uint16_t>(size), hash});
  bytes_.append(text);
  ++revision_;
}

void Facts::AddNumber(const Field& field, uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  Add(field, {digits, static_cast<size_t>(end - digits)});
}

bool Facts::Has(const Field& field) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.field->name == field.name; });
}

std::string_view Facts::First(std::string_view field_name) const {
  for (const Entry& entry : entries_) {
    if (entry.field->name == field_name) return Text(entry);
  }
  return {};
}

std::vector<Fact> Facts::All() const {
  std::vector<Fact> all;
  all.reserve(entries_.size());
  for (const Entry& entry : entries_) all.push_back({entry.field, Text(entry)});
  return all;
}

}  // namespace rustnet::net
