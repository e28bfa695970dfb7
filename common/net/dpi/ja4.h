// SPDX-License-Identifier: Apache-2.0
// JA4 (github.com/FoxIO-LLC/ja4, technical_details/JA4.md): a fingerprint of what a client's hello
// offers, whatever the order in which it offers ciphers and extensions.
#pragma once

#include <string>

#include "common/net/dpi/client_offer.h"

namespace rustnet::net {

// "t13d1516h2_8daaf6152771_e5627efa2ab1"; empty without libcrypto.
std::string Ja4(const ClientOffer& offer);

}  // namespace rustnet::net
