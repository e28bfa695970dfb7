// SPDX-License-Identifier: Apache-2.0
// Makes Initial packets.
#pragma once

#include <string>

#include "tests/unit/common/net/dpi/dpi_testing.h"
#include "tests/unit/common/net/dpi/quic_seal.h"

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
