// SPDX-License-Identifier: Apache-2.0
// The certificate that a server shows in clear, up to TLS 1.2: whom it names.  Only the first of a
// chain is read, nothing is verified: the fields say what was claimed.
#pragma once

#include "common/base/bytes.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kCertSubject{"cert_subject"};  // "CN=www.example.com,O=Example\, Inc."
inline constexpr Field kCertIssuer{"cert_issuer"};
inline constexpr Field kCertSan{"cert_san"};             // DNS names
inline constexpr Field kCertNotAfter{"cert_not_after"};  // "2036-11-26T15:41:32Z"

inline constexpr size_t kLongestLeaf = 8192;

// How much of the body of a Certificate message (RFC 5246 section 7.4.2) reaches to the end of its
// first certificate, by how it begins.  Of fewer than six bytes: six.  0: that certificate is too
// long for us.
size_t LeafEnd(Bytes beginning);

// Reads the first certificate of such a body, which may be cut behind it.  False if it is not whole
// or none; what stood before the fault is stored all the same.
bool ReadLeaf(Bytes body, Facts* facts);

}  // namespace rustnet::net
