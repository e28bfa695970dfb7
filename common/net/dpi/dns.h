// SPDX-License-Identifier: Apache-2.0
// The fields that DNS, mDNS and LLMNR fill.
#pragma once

#include "common/base/bytes.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kDnsName{"dns_qname"};      // lower case, no final dot; the root is "."
inline constexpr Field kDnsType{"dns_qtype"};      // "A", "TYPE65534"
inline constexpr Field kDnsAnswer{"dns_answers"};  // addresses of A and AAAA, of every section
inline constexpr Field kDnsCname{"dns_cname"};
inline constexpr Field kDnsRcode{"dns_rcode", false, true};

// Adds what a message that stands for itself says; false: it is no whole one.  Nobody learns names
// from it.
bool AddDnsMessage(Bytes message, Facts* facts);

}  // namespace rustnet::net
