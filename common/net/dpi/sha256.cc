// SPDX-License-Identifier: Apache-2.0
// The primitive, as in quic_crypto.cc: it costs least.
#define OPENSSL_API_COMPAT 0x10100000L  // SHA256_*, deprecated since 3.0
#include "common/net/dpi/sha256.h"

#include <openssl/sha.h>

#include <array>
#include <cstdint>

namespace rustnet::net {

std::string Sha256Hex(std::string_view text) {
  SHA256_CTX context;
  std::array<uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256_Init(&context);
  SHA256_Update(&context, text.data(), text.size());
  SHA256_Final(digest.data(), &context);
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const uint8_t byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 0xf];
  }
  return hex;
}

}  // namespace rustnet::net
