// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/ja4.h"

#include <algorithm>
#include <string_view>

#include "common/net/dpi/sha256.h"

namespace rustnet::net {
namespace {

constexpr uint16_t kServerName = 0, kAlpnList = 16;
constexpr size_t kDigits = 12;  // of a hash
constexpr std::string_view kHex = "0123456789abcdef";

std::string_view VersionCode(uint16_t version) {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    case 0x0002:
      return "s2";
    case 0xfeff:
      return "d1";
    case 0xfefd:
      return "d2";
    case 0xfefc:
      return "d3";
    default:
      return "00";
  }
}

void AppendCount(size_t count, std::string* text) {
  count = std::min<size_t>(count, 99);
  *text += static_cast<char>('0' + count / 10);
  *text += static_cast<char>('0' + count % 10);
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The first and the last character, or those of its hexadecimal form.
void AppendAlpn(std::string_view alpn, std::string* text) {
  if (alpn.empty()) {
    *text += "00";
  } else if (IsAlphanumeric(alpn.front()) && IsAlphanumeric(alpn.back())) {
    *text += {alpn.front(), alpn.back()};
  } else {
    *text += {kHex[static_cast<uint8_t>(alpn.front()) >> 4],
              kHex[static_cast<uint8_t>(alpn.back()) & 0xf]};
  }
}

// "1301,1302".
std::string Listed(const std::vector<uint16_t>& numbers) {
  if (numbers.empty()) return {};
  std::string text(numbers.size() * 5 - 1, ',');
  char* at = text.data();
  for (const uint16_t number : numbers) {
    for (const int shift : {12, 8, 4, 0}) *at++ = kHex[number >> shift & 0xf];
    ++at;  // the comma
  }
  return text;
}

std::string ShortHash(const std::string& text) {
  return text.empty() ? std::string(kDigits, '0') : Sha256Hex(text).substr(0, kDigits);
}

}  // namespace

std::string Ja4::Digest() const {
  std::vector<uint16_t> sorted_ciphers = ciphers;
  std::sort(sorted_ciphers.begin(), sorted_ciphers.end());
  std::vector<uint16_t> sorted = extensions;
  std::erase_if(sorted, [](uint16_t type) { return type == kServerName || type == kAlpnList; });
  std::sort(sorted.begin(), sorted.end());
  std::string listed = Listed(sorted);
  if (!listed.empty() && !signatures.empty()) listed += "_" + Listed(signatures);
  const std::string first = ShortHash(Listed(sorted_ciphers));
  const std::string second = ShortHash(listed);
  if (first.empty() || second.empty()) return {};

  std::string text(1, transport);
  text += VersionCode(version);
  text += sni ? 'd' : 'i';
  AppendCount(ciphers.size(), &text);
  AppendCount(extensions.size(), &text);
  AppendAlpn(alpn, &text);
  return text + "_" + first + "_" + second;
}

}  // namespace rustnet::net
