// SPDX-License-Identifier: Apache-2.0
// The primitive, as in quic_crypto.cc: it costs least.
#define OPENSSL_API_COMPAT 0x10100000L  // SHA256_*, deprecated since 3.0
#include "common/net/dpi/sha256.h"

#include <openssl/sha.h>

namespace rustnet::net {

bool Sha256(std::string_view text, std::array<uint8_t, kSha256Size>* digest) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, text.data(), text.size());
  SHA256_Final(digest->data(), &context);
  return true;
}

}  // namespace rustnet::net
