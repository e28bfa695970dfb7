// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) for fingerprints, by libcrypto; nothing here protects anything.
#pragma once

#include <string>
#include <string_view>

namespace rustnet::net {

// 64 lower-case hexadecimal digits; empty without libcrypto (RUSTNET_WITH_CRYPTO=OFF).
std::string Sha256Hex(std::string_view text);

}  // namespace rustnet::net
