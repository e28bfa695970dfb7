// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/ja3.h"

#include <charconv>

#include "common/net/dpi/md5.h"

namespace rustnet::net {
namespace {

constexpr size_t kLongestNumber = 5;

// Writes the numbers, joined by '-', and returns their end.
char* Join(OfferedNumbers numbers, char* at) {
  for (const uint16_t number : numbers) {
    at = std::to_chars(at, at + kLongestNumber, number).ptr;
    *at++ = '-';
  }
  return numbers.empty() ? at : at - 1;
}

}  // namespace

std::string Ja3(const ClientOffer& offer) {
  const auto lists = {offer.ciphers, offer.extensions, offer.groups, offer.formats};
  size_t most = kLongestNumber + 1;
  for (const OfferedNumbers list : lists) most += 1 + list.size() * (kLongestNumber + 1);
  std::string text(most, '\0');
  char* end = std::to_chars(text.data(), text.data() + kLongestNumber, offer.legacy_version).ptr;
  for (const OfferedNumbers list : lists) {
    *end++ = ',';
    end = Join(list, end);
  }
  return Md5Hex({text.data(), end});
}

}  // namespace rustnet::net
