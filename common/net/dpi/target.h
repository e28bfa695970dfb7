// SPDX-License-Identifier: Apache-2.0
// What a request is about: a path, a URL, a host.  Parts of it that may carry a secret (user
// information, query, fragment; RFC 3986 sections 3.2.1, 3.4 and 3.5) are told only where secrets
// are shown; otherwise they are left out and counted as withheld.
#pragma once

#include <string_view>

#include "common/net/dpi/facts.h"

namespace rustnet::net {

// "/path?query", "scheme://user:password@host/path", "host:port".
void AddTarget(const Field& field, std::string_view target, Facts* facts);

// "user:password@host:port".
void AddHost(const Field& field, std::string_view host, Facts* facts);

}  // namespace rustnet::net
