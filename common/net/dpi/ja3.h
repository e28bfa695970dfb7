// SPDX-License-Identifier: Apache-2.0
// JA3 (github.com/salesforce/ja3): MD5 of "version,ciphers,extensions,groups,point formats", of TLS
// over TCP or QUIC; DTLS has other version numbers.
#pragma once

#include <string>

#include "common/net/dpi/client_offer.h"

namespace rustnet::net {

// 32 lower-case hexadecimal digits.
std::string Ja3(const ClientOffer& offer);

}  // namespace rustnet::net
