// SPDX-License-Identifier: Apache-2.0
// Values stand one behind the other in one string; an entry says which piece is whose.
#include "common/net/dpi/facts.h"

#include <algorithm>
#include <charconv>

#include "common/base/byte_reader.h"
#include "common/base/hash.h"
#include "common/base/text.h"

namespace rustnet::net {
namespace {

constexpr size_t kLargestValue = 8192;
constexpr size_t kLongestCharacter = 4;  // UTF-8
constexpr size_t kUsualEntries = 8;
constexpr size_t kUsualBytes = 120;

// Most texts are, and need no conversion.
bool IsPlainAscii(std::string_view text) {
  bool plain = true;
  for (const char c : text) plain &= c >= 0x20 && c < 0x7f;
  return plain;
}

// Of its size, its beginning and its end: tells most texts apart without looking at them again.
uint16_t ShortHash(std::string_view text) {
  constexpr size_t kPart = sizeof(uint64_t);
  uint64_t begin = 0;
  uint64_t end = 0;
  if (text.size() >= kPart) {
    begin = ByteReader(AsBytes(text)).Le64();
    end = ByteReader(AsBytes(text.substr(text.size() - kPart))).Le64();
  } else {
    for (const char c : text) begin = begin << 8 | static_cast<uint8_t>(c);
  }
  const uint64_t hash = MixHash(begin, end ^ text.size());
  return static_cast<uint16_t>(hash ^ hash >> 32);
}

}  // namespace

void Facts::Add(const Field& field, std::string_view raw) {
  if (raw.empty()) return;
  if (field.secret && !limits_->show_secrets) {
    ++withheld_;
    return;
  }
  const size_t limit = std::min<size_t>(limits_->bytes_per_value, kLargestValue);
  if (raw.size() <= limit && IsPlainAscii(raw)) return AddText(field, raw, false);
  // Room for one character more than allowed tells a text that was cut from one that just fits.
  char buffer[kLargestValue + kLongestCharacter];
  size_t size = MakePrintable(raw, buffer, limit + kLongestCharacter);
  const bool cut = size > limit;
  if (cut) size = MakePrintable(raw, buffer, limit);
  if (size != 0) AddText(field, {buffer, size}, cut);
}

void Facts::AddText(const Field& field, std::string_view text, bool cut) {
  const uint16_t hash = ShortHash(text);
  size_t values = 0;
  for (const Entry& entry : entries_) {
    if (entry.field != &field) continue;
    if (entry.hash == hash && Text(entry) == text) return;
    ++values;
  }
  if (values >= limits_->values_per_field ||
      bytes_.size() + text.size() > limits_->bytes_per_flow) {
    ++dropped_;
    return;
  }
  if (cut) ++dropped_;
  if (entries_.empty()) {
    entries_.reserve(kUsualEntries);
    bytes_.reserve(kUsualBytes);
  }
  entries_.push_back(
      {&field, static_cast<uint32_t>(bytes_.size()), static_cast<uint16_t>(text.size()), hash});
  bytes_.append(text);
  ++revision_;
}

void Facts::AddNumber(const Field& field, uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  Add(field, {digits, static_cast<size_t>(end - digits)});
}

void Facts::Truncate(size_t size) {
  if (size >= entries_.size()) return;
  bytes_.resize(entries_[size].offset);
  entries_.resize(size);
  ++revision_;
}

bool Facts::Has(const Field& field) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const Entry& entry) { return entry.field == &field; });
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
