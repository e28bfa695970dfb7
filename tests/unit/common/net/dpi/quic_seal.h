// SPDX-License-Identifier: Apache-2.0
// Seals Initial packets, as their endpoints do.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <vector>

#include "common/net/dpi/quic_crypto.h"

namespace rustnet::net {

struct QuicKeyPair {
  QuicKeys client{};
  QuicKeys server{};
};
inline QuicKeyPair InitialKeys(const QuicSecrets& secrets, Bytes connection_id) {
  QuicKeyPair keys;
  DeriveInitialKeys(secrets, connection_id, QuicEnd::kClient, &keys.client);
  DeriveInitialKeys(secrets, connection_id, QuicEnd::kServer, &keys.server);
  return keys;
}

inline const uint8_t* Raw(const std::string& text) { return AsBytes(text).data(); }

// `header` up to and with a packet number of four bytes.
inline std::string SealInitial(const QuicKeys& keys, std::string header,
                               const std::string& frames) {
  std::array<uint8_t, 12> nonce = keys.iv;
  for (size_t i = 0; i < 4; ++i) {
    nonce[8 + i] ^= static_cast<uint8_t>(header[header.size() - 4 + i]);
  }
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  std::vector<uint8_t> sealed(frames.size() + kQuicTagSize);
  int size = 0;
  EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, keys.key.data(), nonce.data());
  EVP_EncryptUpdate(context, nullptr, &size, Raw(header), static_cast<int>(header.size()));
  EVP_EncryptUpdate(context, sealed.data(), &size, Raw(frames), static_cast<int>(frames.size()));
  EVP_EncryptFinal_ex(context, nullptr, &size);
  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kQuicTagSize, sealed.data() + frames.size());
  std::array<uint8_t, 32> mask{};
  EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), nullptr, keys.header.data(), nullptr);
  EVP_EncryptUpdate(context, mask.data(), &size, sealed.data(), 16);
  EVP_CIPHER_CTX_free(context);
  header[0] = static_cast<char>(header[0] ^ (mask[0] & 0x0f));
  for (size_t i = 0; i < 4; ++i) {
    char& byte = header[header.size() - 4 + i];
    byte = static_cast<char>(byte ^ mask[1 + i]);
  }
  return header.append(AsText(sealed));
}

}  // namespace rustnet::net
