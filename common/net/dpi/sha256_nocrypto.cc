// SPDX-License-Identifier: Apache-2.0
// Built instead of sha256.cc where there is no libcrypto.
#include "common/net/dpi/sha256.h"

namespace rustnet::net {

bool Sha256(std::string_view, std::array<uint8_t, kSha256Size>*) { return false; }

}  // namespace rustnet::net
