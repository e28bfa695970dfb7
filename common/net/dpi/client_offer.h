// SPDX-License-Identifier: Apache-2.0
// A ClientHello as its fingerprints see it: numbers in its order, without GREASE (RFC 8701).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rustnet::net {

using OfferedNumbers = std::span<const uint16_t>;

// Owns nothing.
struct ClientOffer {
  char transport = 't';         // as JA4 has it: 't': TCP, 'q': QUIC, 'd': DTLS
  uint16_t legacy_version = 0;  // of the hello itself
  uint16_t version = 0;         // the newest offered
  bool sni = false;
  std::string_view alpn = {};  // the first; empty: none
  OfferedNumbers ciphers = {};
  OfferedNumbers extensions = {};  // server_name and ALPN too
  OfferedNumbers groups = {};      // of extension supported_groups
  OfferedNumbers formats = {};     // of extension ec_point_formats
  OfferedNumbers signatures = {};  // of extension signature_algorithms
};

}  // namespace rustnet::net
