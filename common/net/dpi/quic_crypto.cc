// SPDX-License-Identifier: Apache-2.0
// SHA-256 and one AES block by libcrypto's primitives, which cost least; AES-GCM by EVP, which
// alone has the machine's instructions for it.  EVP would read openssl.cnf at its first call, which
// a sealed process may not: it is told not to.
#define OPENSSL_API_COMPAT 0x10100000L  // AES_* and SHA256_*, deprecated since 3.0
#include "common/net/dpi/quic_crypto.h"

#include <openssl/aes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

using Digest = std::array<uint8_t, SHA256_DIGEST_LENGTH>;

// HMAC (RFC 2104) with one key of at most a block, whose two blocks are hashed once.
class Hmac {
 public:
  explicit Hmac(Bytes key) {
    constexpr size_t kBlock = 64;
    std::array<uint8_t, kBlock> block{};
    std::copy_n(key.begin(), std::min(key.size(), kBlock), block.begin());
    for (uint8_t& byte : block) byte ^= 0x36;
    SHA256_Init(&inner_);
    SHA256_Update(&inner_, block.data(), block.size());
    for (uint8_t& byte : block) byte ^= 0x36 ^ 0x5c;
    SHA256_Init(&outer_);
    SHA256_Update(&outer_, block.data(), block.size());
  }

  Digest operator()(Bytes message) const { return Finish(outer_, Finish(inner_, message)); }

 private:
  static Digest Finish(SHA256_CTX context, Bytes text) {
    Digest digest{};
    SHA256_Update(&context, text.data(), text.size());
    SHA256_Final(digest.data(), &context);
    return digest;
  }

  SHA256_CTX inner_;
  SHA256_CTX outer_;
};

// HKDF-Expand-Label (RFC 8446 section 7.1) without a context, to at most one block.
template <size_t kSize>
std::array<uint8_t, kSize> Expand(const Hmac& secret, std::string_view prefix,
                                  std::string_view label) {
  static_assert(kSize <= SHA256_DIGEST_LENGTH);
  constexpr std::string_view kTls13 = "tls13 ";
  std::array<uint8_t, 64> info{0, kSize};
  uint8_t* end = &info[3];
  for (const std::string_view part : {kTls13, prefix, label}) {
    end = std::copy(part.begin(), part.end(), end);
  }
  info[2] = static_cast<uint8_t>(end - &info[3]);
  *end++ = 0;  // no context
  *end++ = 1;  // the first block
  const Digest block = secret({info.data(), end});
  std::array<uint8_t, kSize> out{};
  std::copy_n(block.begin(), kSize, out.begin());
  return out;
}

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* Aes128Gcm() {
  static const EVP_CIPHER* const cipher = [] {
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  }();
  return cipher;
}

// RFC 5116 section 5.1; `sealed` ends with the tag.
bool OpenGcm(const std::array<uint8_t, 16>& key, const std::array<uint8_t, 12>& nonce,
             Bytes associated, Bytes sealed, uint8_t* text) {
  const std::unique_ptr<EVP_CIPHER_CTX, Free> context(EVP_CIPHER_CTX_new());
  std::array<uint8_t, kQuicTagSize> tag{};
  const size_t size = sealed.size() - tag.size();
  std::copy_n(sealed.last(tag.size()).begin(), tag.size(), tag.begin());
  int written = 0;
  return context != nullptr && Aes128Gcm() != nullptr &&
         EVP_DecryptInit_ex2(context.get(), Aes128Gcm(), key.data(), nonce.data(), nullptr) == 1 &&
         EVP_DecryptUpdate(context.get(), nullptr, &written, associated.data(),
                           static_cast<int>(associated.size())) == 1 &&
         EVP_DecryptUpdate(context.get(), text, &written, sealed.data(), static_cast<int>(size)) ==
             1 &&
         EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag.size(), tag.data()) == 1 &&
         EVP_DecryptFinal_ex(context.get(), text + size, &written) == 1;
}

}  // namespace

bool DeriveInitialKeys(const QuicSecrets& secrets, Bytes connection_id, QuicEnd end,
                       QuicKeys* keys) {
  const Digest initial = Hmac(secrets.salt)(connection_id);  // HKDF-Extract
  const std::string_view label = end == QuicEnd::kClient ? "client in" : "server in";
  const Hmac secret(Expand<SHA256_DIGEST_LENGTH>(Hmac(initial), label, ""));
  *keys = {.key = Expand<16>(secret, secrets.prefix, " key"),
           .iv = Expand<12>(secret, secrets.prefix, " iv"),
           .header = Expand<16>(secret, secrets.prefix, " hp")};
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
  frames->resize(sealed.size() - kQuicTagSize);
  const bool opened = OpenGcm(keys.key, nonce, associated, sealed, frames->data());
  if (!opened) frames->clear();
  return opened;
}

}  // namespace rustnet::net
