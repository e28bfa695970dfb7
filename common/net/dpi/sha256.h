// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) for fingerprints, by libcrypto; nothing here protects anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rustnet::net {

inline constexpr size_t kSha256Size = 32;

// False without libcrypto (RUSTNET_WITH_CRYPTO=OFF).
bool Sha256(std::string_view text, std::array<uint8_t, kSha256Size>* digest);

}  // namespace rustnet::net
