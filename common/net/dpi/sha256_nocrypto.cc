// SPDX-License-Identifier: Apache-2.0
// Built instead of sha256.cc where there is no libcrypto.
#include "common/net/dpi/sha256.h"

namespace rustnet::net {

std::string Sha256Hex(std::string_view) { return {}; }

}  // namespace rustnet::net
