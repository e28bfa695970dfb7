// SPDX-License-Identifier: Apache-2.0
// Makes Initial packets with EVP, which the code under test does not use.
#pragma once

#include <openssl/evp.h>

#include <string>

#include "common/net/dpi/quic_crypto.h"
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {

inline std::string Unhex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

inline std::string Hex(Bytes bytes) {
  std::string hex;
  for (const uint8_t b : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += {kDigits[b >> 4], kDigits[b & 15]};
  }
  return hex;
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

// "version" in four bytes; `first` has the type and 3: a packet number of four bytes.
inline std::string Initial(const QuicKeys& keys, char first, const std::string& version,
                           const std::string& destination, const std::string& source,
                           const std::string& token, std::string frames, size_t padding = 0) {
  frames.append(padding, '\0');
  const size_t length = 4 + frames.size() + kQuicTagSize;
  const std::string header = first + version + static_cast<char>(destination.size()) + destination +
                             static_cast<char>(source.size()) + source +
                             static_cast<char>(token.size()) + token + U16(0x4000 | length) +
                             S("\0\0\0\1");
  return SealInitial(keys, header, frames);
}

inline std::string Crypto(size_t offset, const std::string& bytes) {
  return "\6" + U16(0x4000 | offset) + U16(0x4000 | bytes.size()) + bytes;
}

}  // namespace rustnet::net
