// SPDX-License-Identifier: Apache-2.0
// The fingerprints of a ClientHello.  A machine has few TLS stacks, and most of them offer the same
// each time: what was offered last is remembered with its fingerprints, for each thread apart.
#pragma once

#include <string>

#include "common/net/dpi/client_offer.h"

namespace rustnet::net {

struct Fingerprints {
  std::string ja3;
  std::string ja4;
};

// Valid until the thread's next call.
const Fingerprints& FingerprintsOf(const ClientOffer& offer);

}  // namespace rustnet::net
