// SPDX-License-Identifier: Apache-2.0
// Built instead of quic_crypto.cc where there is no libcrypto.
#include "common/net/dpi/quic_crypto.h"

namespace rustnet::net {

bool DeriveInitialKeys(const QuicSecrets&, Bytes, QuicEnd, QuicKeys*) { return false; }

Bytes OpenInitial(const QuicKeys&, Bytes, size_t, std::vector<uint8_t>*) { return {}; }

}  // namespace rustnet::net
