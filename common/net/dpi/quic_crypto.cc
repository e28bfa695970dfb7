// SPDX-License-Identifier: Apache-2.0
// SHA-256 by libcrypto's primitive, which costs least; AES by EVP, which alone has the machine's
// instructions for it, with contexts that each thread makes once: making one costs as much as
// opening a packet.  EVP would read openssl.cnf at its first call, which a sealed process may not:
// it is told not to.
#define OPENSSL_API_COMPAT 0x10100000L  // SHA256_*, deprecated since 3.0
#include "common/net/dpi/quic_crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

using Block = std::array<uint8_t, SHA256_CBLOCK>;
using State = std::array<SHA_LONG, SHA256_DIGEST_LENGTH / 4>;

// The second block of a message of 64 + `size` bytes, and its last: FIPS 180-4 section 5.1.1.
// REQUIRES: `size` <= 55, and zeros behind that.
constexpr Block Ended(Block block, size_t size) {
  const size_t bits = 8 * (block.size() + size);
  block[size] = 0x80;
  block[block.size() - 2] = static_cast<uint8_t>(bits >> 8);
  block[block.size() - 1] = static_cast<uint8_t>(bits);
  return block;
}

// A state as bytes, in the first 32 of a block.
void Store(const SHA_LONG* words, Block* block) {
  for (size_t i = 0; i < State().size(); ++i) {
    // In this form compilers see a byte swap and one store.
    (*block)[4 * i] = static_cast<uint8_t>(words[i] >> 24);
    (*block)[4 * i + 1] = static_cast<uint8_t>(words[i] >> 16);
    (*block)[4 * i + 2] = static_cast<uint8_t>(words[i] >> 8);
    (*block)[4 * i + 3] = static_cast<uint8_t>(words[i]);
  }
}

// HMAC-SHA-256 (RFC 2104) of messages that are one block with their end, by a key of at most a
// block with zeros behind it, of which both blocks are hashed once.
class Hmac {
 public:
  explicit Hmac(const Block& key) : inner_(Hashed(key, 0x36)), outer_(Hashed(key, 0x5c)) {}

  // `message` is Ended(); the answer has zeros behind its 32 bytes.
  Block operator()(const Block& message) const {
    SHA256_CTX context;
    std::copy(inner_.begin(), inner_.end(), context.h);
    SHA256_Transform(&context, message.data());
    static constexpr Block kEnd = Ended({}, SHA256_DIGEST_LENGTH);
    Block digest = kEnd;
    Store(context.h, &digest);
    std::copy(outer_.begin(), outer_.end(), context.h);
    SHA256_Transform(&context, digest.data());
    digest = {};
    Store(context.h, &digest);
    return digest;
  }

 private:
  static State Hashed(Block key, uint8_t with) {
    for (uint8_t& byte : key) byte ^= with;
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Transform(&context, key.data());
    State state{};
    std::copy_n(context.h, state.size(), state.begin());
    return state;
  }

  State inner_;
  State outer_;
};

// What HKDF-Expand-Label (RFC 8446 section 7.1) hashes for the first `size` bytes, without a
// context.
constexpr Block Label(uint8_t size, std::string_view prefix, std::string_view label) {
  Block block{0, size};
  size_t end = 3;
  for (const std::string_view part : {std::string_view("tls13 "), prefix, label}) {
    for (const char c : part) block[end++] = static_cast<uint8_t>(c);
  }
  block[2] = static_cast<uint8_t>(end - 3);
  block[end++] = 0;  // no context
  block[end++] = 1;  // the first block
  return Ended(block, end);
}

constexpr Block kClientIn = Label(SHA256_DIGEST_LENGTH, "", "client in");
constexpr Block kServerIn = Label(SHA256_DIGEST_LENGTH, "", "server in");

struct Labels {
  constexpr explicit Labels(std::string_view prefix)
      : key(Label(16, prefix, " key")),
        iv(Label(12, prefix, " iv")),
        header(Label(16, prefix, " hp")) {}
  Block key;
  Block iv;
  Block header;
};

constexpr Labels kLabels("quic"), kLabels2("quicv2");

template <size_t kSize>
std::array<uint8_t, kSize> Expand(const Hmac& secret, const Block& label) {
  std::array<uint8_t, kSize> out{};
  std::copy_n(secret(label).begin(), kSize, out.begin());
  return out;
}

// HMAC by a version's salt.  Most connections of a time have one version, so a thread keeps the
// last.
const Hmac& BySalt(const std::array<uint8_t, kQuicSaltSize>& salt) {
  struct Salted {
    std::array<uint8_t, kQuicSaltSize> salt;
    Hmac hmac;
  };
  thread_local std::optional<Salted> last;
  if (!last || last->salt != salt) {
    Block key{};
    std::copy(salt.begin(), salt.end(), key.begin());
    last = Salted{salt, Hmac(key)};
  }
  return last->hmac;
}

struct Free {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Free>;

// Null if there is none.
CipherContext NewContext(const char* algorithm) {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  EVP_CIPHER* cipher = EVP_CIPHER_fetch(nullptr, algorithm, nullptr);
  CipherContext context(EVP_CIPHER_CTX_new());
  const bool ready = cipher != nullptr && context != nullptr &&
                     EVP_CipherInit_ex2(context.get(), cipher, nullptr, nullptr, 0, nullptr) == 1;
  EVP_CIPHER_free(cipher);  // the context has its own reference
  return ready ? std::move(context) : nullptr;
}

// One block of AES (FIPS 197); false: it could not be had.
bool Encrypt(const std::array<uint8_t, 16>& key, Bytes block, std::array<uint8_t, 16>* out) {
  thread_local const CipherContext context = NewContext("AES-128-ECB");
  int written = 0;
  return context != nullptr &&
         EVP_EncryptInit_ex2(context.get(), nullptr, key.data(), nullptr, nullptr) == 1 &&
         EVP_EncryptUpdate(context.get(), out->data(), &written, block.data(),
                           static_cast<int>(out->size())) == 1;
}

// RFC 5116 section 5.1; `sealed` ends with the tag.
bool OpenGcm(const std::array<uint8_t, 16>& key, const std::array<uint8_t, 12>& nonce,
             Bytes associated, Bytes sealed, uint8_t* text) {
  thread_local const CipherContext context = NewContext("AES-128-GCM");
  std::array<uint8_t, kQuicTagSize> tag{};
  const size_t size = sealed.size() - tag.size();
  std::copy_n(sealed.last(tag.size()).begin(), tag.size(), tag.begin());
  int written = 0;
  return context != nullptr &&
         EVP_DecryptInit_ex2(context.get(), nullptr, key.data(), nonce.data(), nullptr) == 1 &&
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
  Block id{};
  const size_t size = std::min(connection_id.size(), kLongestQuicId);
  std::copy_n(connection_id.begin(), size, id.begin());
  const Hmac initial(BySalt(secrets.salt)(Ended(id, size)));  // of HKDF-Extract's
  const Hmac secret(initial(end == QuicEnd::kClient ? kClientIn : kServerIn));
  const Labels& labels = secrets.labels == QuicLabels::kV1 ? kLabels : kLabels2;
  *keys = {.key = Expand<16>(secret, labels.key),
           .iv = Expand<12>(secret, labels.iv),
           .header = Expand<16>(secret, labels.header)};
  return true;
}

Bytes OpenInitial(const QuicKeys& keys, Bytes packet, size_t number,
                  std::vector<uint8_t>* scratch) {
  constexpr size_t kLongestNumber = 4;
  ByteReader reader(packet);
  const Bytes header = reader.Take(number);
  const Bytes protected_number = reader.Take(kLongestNumber);
  std::array<uint8_t, 16> mask{};
  const Bytes sample = reader.Take(mask.size());  // RFC 9001 section 5.4.2
  if (!reader.ok() || header.empty() || !Encrypt(keys.header, sample, &mask)) return {};
  // In clear the header is as long, and so is what it protects without the tag.
  if (scratch->size() < packet.size()) scratch->resize(packet.size());
  const std::span<uint8_t> clear(*scratch);
  std::copy(header.begin(), header.end(), clear.begin());
  clear[0] = static_cast<uint8_t>(clear[0] ^ (mask[0] & 0x0fU));
  const size_t length = (clear[0] & 3U) + 1;
  const size_t begin = number + length;
  std::array<uint8_t, 12> nonce = keys.iv;
  for (size_t i = 0; i < length; ++i) {
    clear[number + i] = protected_number[i] ^ mask[i + 1];
    nonce[nonce.size() - length + i] ^= clear[number + i];
  }
  const Bytes sealed = packet.subspan(begin);
  if (!OpenGcm(keys.key, nonce, clear.first(begin), sealed, &clear[begin])) return {};
  return clear.subspan(begin, sealed.size() - kQuicTagSize);
}

}  // namespace rustnet::net
