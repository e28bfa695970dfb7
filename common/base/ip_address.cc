// SPDX-License-Identifier: Apache-2.0
#include "common/base/ip_address.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <vector>

namespace rustnet {
namespace {

constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// `base` 10 or 16, at most `digits` digits, all of `text`.
std::optional<uint32_t> ParseNumber(std::string_view text, int base, size_t digits) {
  if (text.empty() || text.size() > digits) return std::nullopt;
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    const size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end == std::string_view::npos ? end : end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::optional<std::array<uint8_t, 4>> ParseDotted(std::string_view text) {
  const auto parts = Split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::array<uint8_t, 4> bytes{};
  for (size_t i = 0; i < 4; ++i) {
    const auto value = ParseNumber(parts[i], 10, 3);
    if (!value || *value > 255) return std::nullopt;
    bytes[i] = static_cast<uint8_t>(*value);
  }
  return bytes;
}

// Appends the groups of `text` ("a:b", or "a:1.2.3.4" where `last`) to `out`.
bool ParseGroups(std::string_view text, bool last, std::vector<uint8_t>* out) {
  if (text.empty()) return true;
  const auto parts = Split(text, ':');
  for (size_t i = 0; i < parts.size(); ++i) {
    if (last && i + 1 == parts.size() && parts[i].find('.') != std::string_view::npos) {
      const auto dotted = ParseDotted(parts[i]);
      if (!dotted) return false;
      out->insert(out->end(), dotted->begin(), dotted->end());
      continue;
    }
    const auto value = ParseNumber(parts[i], 16, 4);
    if (!value) return false;
    out->push_back(static_cast<uint8_t>(*value >> 8));
    out->push_back(static_cast<uint8_t>(*value & 0xff));
  }
  return true;
}

std::optional<IpAddress> ParseV6(std::string_view text) {
  const size_t gap = text.find("::");
  std::vector<uint8_t> head;
  std::vector<uint8_t> tail;
  if (gap == std::string_view::npos) {
    if (!ParseGroups(text, true, &head) || head.size() != 16) return std::nullopt;
    return IpAddress(head);
  }
  if (!ParseGroups(text.substr(0, gap), false, &head)) return std::nullopt;
  if (!ParseGroups(text.substr(gap + 2), true, &tail)) return std::nullopt;
  if (head.size() + tail.size() > 14) return std::nullopt;
  head.resize(16 - tail.size());
  head.insert(head.end(), tail.begin(), tail.end());
  return IpAddress(head);
}

// RFC 5952: lower case, no leading zeros, the longest run of at least two zero groups (the first of
// equals) as "::".
std::string V6Text(const std::array<uint8_t, 16>& bytes) {
  std::array<unsigned, 8> group{};
  for (size_t i = 0; i < 8; ++i)
    group[i] = static_cast<unsigned>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  size_t best = 8;
  size_t best_length = 1;
  for (size_t i = 0; i < 8; ++i) {
    size_t end = i;
    while (end < 8 && group[end] == 0) ++end;
    if (end - i > best_length) best = i, best_length = end - i;
  }
  std::string text;
  char buffer[8];
  for (size_t i = 0; i < 8; ++i) {
    if (i == best) {
      text += "::";
      i += best_length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    std::snprintf(buffer, sizeof buffer, "%x", group[i]);
    text += buffer;
  }
  return text;
}

}  // namespace

IpAddress::IpAddress(Bytes bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return;
  family_ = bytes.size() == 4 ? Family::kV4 : Family::kV6;
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
}

IpAddress IpAddress::V4(uint32_t host_order) {
  const std::array<uint8_t, 4> bytes = {
      static_cast<uint8_t>(host_order >> 24), static_cast<uint8_t>(host_order >> 16),
      static_cast<uint8_t>(host_order >> 8), static_cast<uint8_t>(host_order)};
  return IpAddress(bytes);
}

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  if (text.find(':') != std::string_view::npos) return ParseV6(text);
  const auto dotted = ParseDotted(text);
  if (!dotted) return std::nullopt;
  return IpAddress(*dotted);
}

Bytes IpAddress::bytes() const {
  if (family_ == Family::kNone) return {};
  return Bytes(bytes_).first(is_v4() ? 4 : 16);
}

IpAddress IpAddress::Unmapped() const {
  if (!is_v6() || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin()))
    return *this;
  return IpAddress(Bytes(bytes_).subspan(12));
}

bool IpAddress::IsLoopback() const {
  if (is_v4()) return bytes_[0] == 127;
  static constexpr std::array<uint8_t, 16> kOne = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_v6() && bytes_ == kOne;
}

bool IpAddress::IsMulticast() const {
  return (is_v4() && (bytes_[0] & 0xf0) == 0xe0) || (is_v6() && bytes_[0] == 0xff);
}

bool IpAddress::IsLinkLocal() const {
  return (is_v4() && bytes_[0] == 169 && bytes_[1] == 254) ||
         (is_v6() && bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80);
}

bool IpAddress::IsUnspecified() const {
  return family_ != Family::kNone && bytes_ == std::array<uint8_t, 16>{};
}

bool IpAddress::IsBroadcast() const {
  return is_v4() &&
         std::all_of(bytes_.begin(), bytes_.begin() + 4, [](uint8_t b) { return b == 0xff; });
}

std::string IpAddress::ToString() const {
  if (is_v6()) {
    // RFC 5952 5: mixed notation where the prefix tells that there is an IPv4 address inside.
    const IpAddress inside = Unmapped();
    return inside.is_v4() ? "::ffff:" + inside.ToString() : V6Text(bytes_);
  }
  if (!is_v4()) return {};
  char buffer[16];
  char* at = buffer;
  for (size_t i = 0; i < 4; ++i) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, at + 3, bytes_[i]).ptr;
  }
  return {buffer, at};
}

std::optional<Cidr> Cidr::Parse(std::string_view text) {
  const size_t slash = text.find('/');
  std::string address(text.substr(0, slash));
  if (slash != std::string_view::npos && address.find(':') == std::string::npos) {
    for (auto dots = std::count(address.begin(), address.end(), '.'); dots < 3; ++dots)
      address += ".0";  // "10/8"
  }
  const auto parsed = IpAddress::Parse(address);
  if (!parsed) return std::nullopt;
  const uint32_t bits = parsed->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Cidr(*parsed, static_cast<int>(bits));
  const auto prefix = ParseNumber(text.substr(slash + 1), 10, 3);
  if (!prefix || *prefix > bits) return std::nullopt;
  return Cidr(*parsed, static_cast<int>(*prefix));
}

bool Cidr::Contains(const IpAddress& address) const {
  if (address.family() != address_.family()) return false;
  const Bytes a = address_.bytes();
  const Bytes b = address.bytes();
  int left = prefix_;
  for (size_t i = 0; i < a.size() && left > 0; ++i, left -= 8) {
    const int mask = left >= 8 ? 0xff : 0xff << (8 - left);
    if (((a[i] ^ b[i]) & mask & 0xff) != 0) return false;
  }
  return true;
}

std::string ToString(const MacAddress& mac) {
  char buffer[18];
  std::snprintf(buffer, sizeof buffer, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                mac[3], mac[4], mac[5]);
  return buffer;
}

}  // namespace rustnet
