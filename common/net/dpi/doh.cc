// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/doh.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/net/dpi/dns.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

// The six bits of a digit (RFC 4648 section 5); -1: it is none.
int Base64Url(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

// Without padding; false if a character is none of its digits.
bool Decode(std::string_view text, std::vector<uint8_t>* bytes) {
  uint32_t bits = 0;
  uint32_t count = 0;
  for (const char c : text) {
    const int digit = Base64Url(c);
    if (digit < 0) return false;
    bits = bits << 6 | static_cast<uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes->push_back(static_cast<uint8_t>(bits >> count));
  }
  return true;
}

}  // namespace

bool IsDnsMedia(std::string_view content_type) {
  const std::string_view media = content_type.substr(0, content_type.find(';'));
  return EqualsIgnoreCase(Trimmed(media), "application/dns-message");
}

bool AddDnsTarget(std::string_view target, Facts* facts) {
  constexpr std::string_view kParameter = "dns=";
  const size_t query = target.find('?');
  if (query == std::string_view::npos) return false;
  std::string_view rest = target.substr(query + 1, target.find('#') - query - 1);
  while (!rest.empty()) {
    const size_t end = rest.find('&');
    const std::string_view parameter = rest.substr(0, end);
    rest = end == std::string_view::npos ? "" : rest.substr(end + 1);
    if (!parameter.starts_with(kParameter)) continue;
    std::vector<uint8_t> message;
    return Decode(parameter.substr(kParameter.size()), &message) && AddDnsMessage(message, facts);
  }
  return false;
}

void DnsBody::Add(Bytes piece, Facts* facts) {
  if (too_long_) return;
  too_long_ = piece.size() > kLongest - bytes_.size();
  if (too_long_) {
    bytes_ = {};
    facts->CountCut();
  } else {
    bytes_.insert(bytes_.end(), piece.begin(), piece.end());
  }
}

bool DnsBody::End(Facts* facts) {
  const bool read = !too_long_ && !bytes_.empty() && AddDnsMessage(bytes_, facts);
  bytes_.clear();
  too_long_ = false;
  return read;
}

}  // namespace rustnet::net
