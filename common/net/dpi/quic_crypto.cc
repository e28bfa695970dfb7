// SPDX-License-Identifier: Apache-2.0
// Of libcrypto only the primitives are used: EVP would read the machine's openssl.cnf at its first
// call, which a sealed process may not.
#define OPENSSL_API_COMPAT 0x10100000L  // AES_* and SHA256_*, deprecated since 3.0
#include "common/net/dpi/quic_crypto.h"

#include <openssl/aes.h>
#include <openssl/modes.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

using Digest = std::array<uint8_t, SHA256_DIGEST_LENGTH>;

// RFC 2104, with a key of at most a block.
Digest Hmac(Bytes key, Bytes message) {
  constexpr size_t kBlock = 64;
  const auto hash = [&](uint8_t pad, Bytes text) {
    std::array<uint8_t, kBlock> block{};
    std::copy(key.begin(), key.begin() + static_cast<long>(std::min(key.size(), kBlock)),
              block.begin());
    for (uint8_t& byte : block) byte ^= pad;
    SHA256_CTX context;
    Digest digest{};
    SHA256_Init(&context);
    SHA256_Update(&context, block.data(), block.size());
    SHA256_Update(&context, text.data(), text.size());
    SHA256_Final(digest.data(), &context);
    return digest;
  };
  return hash(0x5c, hash(0x36, message));
}

// HKDF-Expand-Label (RFC 8446 section 7.1) without a context, to at most one block.
template <size_t kSize>
std::array<uint8_t, kSize> Expand(const Digest& secret, std::string_view prefix,
                                  std::string_view label) {
  static_assert(kSize <= SHA256_DIGEST_LENGTH);
  constexpr std::string_view kTls13 = "tls13 ";
  std::vector<uint8_t> info = {0, kSize,
                               static_cast<uint8_t>(kTls13.size() + prefix.size() + label.size())};
  for (const std::string_view part : {kTls13, prefix, label}) {
    info.insert(info.end(), part.begin(), part.end());
  }
  info.insert(info.end(), {0, 1});  // no context; the first block
  const Digest block = Hmac(secret, info);
  std::array<uint8_t, kSize> out{};
  std::copy_n(block.begin(), kSize, out.begin());
  return out;
}

QuicKeys KeysOf(const Digest& secret, std::string_view prefix) {
  return {.key = Expand<16>(secret, prefix, " key"),
          .iv = Expand<12>(secret, prefix, " iv"),
          .header = Expand<16>(secret, prefix, " hp")};
}

void AesBlock(const uint8_t* in, uint8_t* out, const void* key) {
  AES_encrypt(in, out, static_cast<const AES_KEY*>(key));
}

struct Free {
  void operator()(GCM128_CONTEXT* context) const { CRYPTO_gcm128_release(context); }
};

}  // namespace

bool DeriveInitialKeys(const QuicSecrets& secrets, Bytes connection_id, QuicKeyPair* keys) {
  const Digest initial = Hmac(secrets.salt, connection_id);  // HKDF-Extract
  keys->client = KeysOf(Expand<SHA256_DIGEST_LENGTH>(initial, "client in", ""), secrets.prefix);
  keys->server = KeysOf(Expand<SHA256_DIGEST_LENGTH>(initial, "server in", ""), secrets.prefix);
  return true;
}

bool OpenInitial(const QuicKeys& keys, Bytes packet, size_t number, std::vector<uint8_t>* frames) {
  constexpr size_t kLongestNumber = 4;
  frames->clear();
  ByteReader reader(packet);
  ByteReader header(reader.Take(number));
  const Bytes protected_number = reader.Take(kLongestNumber);
  const Bytes sample = reader.Take(AES_BLOCK_SIZE);  // RFC 9001 section 5.4.2
  if (!reader.ok() || header.empty()) return false;

  AES_KEY aes;
  std::array<uint8_t, AES_BLOCK_SIZE> mask{};
  AES_set_encrypt_key(keys.header.data(), 128, &aes);
  AES_encrypt(sample.data(), mask.data(), &aes);
  std::vector<uint8_t> associated(header.rest().begin(), header.rest().end());
  associated[0] = static_cast<uint8_t>(associated[0] ^ (mask[0] & 0x0fU));
  const size_t length = (associated[0] & 3U) + 1;
  std::array<uint8_t, 12> nonce = keys.iv;
  for (size_t i = 0; i < length; ++i) {
    associated.push_back(protected_number[i] ^ mask[i + 1]);
    nonce[nonce.size() - length + i] ^= associated.back();
  }

  const Bytes sealed = packet.subspan(number + length);
  const Bytes text = sealed.first(sealed.size() - kQuicTagSize);
  frames->resize(text.size());
  AES_set_encrypt_key(keys.key.data(), 128, &aes);
  const std::unique_ptr<GCM128_CONTEXT, Free> gcm(CRYPTO_gcm128_new(&aes, &AesBlock));
  bool opened = gcm != nullptr;
  if (opened) {
    CRYPTO_gcm128_setiv(gcm.get(), nonce.data(), nonce.size());
    opened = CRYPTO_gcm128_aad(gcm.get(), associated.data(), associated.size()) == 0 &&
             CRYPTO_gcm128_decrypt(gcm.get(), text.data(), frames->data(), text.size()) == 0 &&
             CRYPTO_gcm128_finish(gcm.get(), sealed.last(kQuicTagSize).data(), kQuicTagSize) == 0;
  }
  if (!opened) frames->clear();
  return opened;
}

}  // namespace rustnet::net
