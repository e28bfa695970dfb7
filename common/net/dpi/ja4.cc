// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/ja4.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

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

// Appends "1301,1302".
void AppendListed(OfferedNumbers numbers, std::string* text) {
  for (const uint16_t number : numbers) {
    for (const int shift : {12, 8, 4, 0}) *text += kHex[number >> shift & 0xf];
    *text += ',';
  }
  if (!numbers.empty()) text->pop_back();
}

// False without libcrypto.
bool AppendHash(std::string_view listed, std::string* text) {
  *text += '_';
  if (listed.empty()) {
    text->append(kDigits, '0');
    return true;
  }
  std::array<uint8_t, kSha256Size> digest{};
  if (!Sha256(listed, &digest)) return false;
  for (size_t i = 0; i < kDigits / 2; ++i) {
    *text += kHex[digest[i] >> 4];
    *text += kHex[digest[i] & 0xf];
  }
  return true;
}

}  // namespace

std::string Ja4(const ClientOffer& offer) {
  std::string text(1, offer.transport);
  text += VersionCode(offer.version);
  text += offer.sni ? 'd' : 'i';
  AppendCount(offer.ciphers.size(), &text);
  AppendCount(offer.extensions.size(), &text);
  AppendAlpn(offer.alpn, &text);

  std::vector<uint16_t> sorted(offer.ciphers.begin(), offer.ciphers.end());
  std::sort(sorted.begin(), sorted.end());
  std::string listed;
  AppendListed(sorted, &listed);
  if (!AppendHash(listed, &text)) return {};

  sorted.assign(offer.extensions.begin(), offer.extensions.end());
  std::erase_if(sorted, [](uint16_t type) { return type == kServerName || type == kAlpnList; });
  std::sort(sorted.begin(), sorted.end());
  listed.clear();
  AppendListed(sorted, &listed);
  if (!listed.empty() && !offer.signatures.empty()) {
    listed += '_';
    AppendListed(offer.signatures, &listed);
  }
  return AppendHash(listed, &text) ? text : std::string();
}

}  // namespace rustnet::net
