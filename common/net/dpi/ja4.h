// SPDX-License-Identifier: Apache-2.0
// JA4 (github.com/FoxIO-LLC/ja4, technical_details/JA4.md): a fingerprint of what a client's hello
// offers, whatever the order in which it offers ciphers and extensions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rustnet::net {

// Of a ClientHello, in its order and without GREASE.
struct Ja4 {
  char transport = 't';  // 't': TCP, 'q': QUIC, 'd': DTLS
  uint16_t version = 0;  // the newest offered
  bool sni = false;
  std::string alpn = {};  // the first; empty: none
  std::vector<uint16_t> ciphers = {};
  std::vector<uint16_t> extensions = {};  // server_name and ALPN too
  std::vector<uint16_t> signatures = {};  // of extension signature_algorithms

  // "t13d1516h2_8daaf6152771_e5627efa2ab1"; empty without libcrypto.
  std::string Digest() const;
};

}  // namespace rustnet::net
