// SPDX-License-Identifier: Apache-2.0
// Application messages for generated captures.
#pragma once

#include <string_view>
#include <vector>

#include "tests/golden/generate/frame.h"

namespace rustnet::frame {

// RFC 1035: one question; `type` 1 A, 28 AAAA.
Buffer DnsQuery(uint16_t id, std::string_view name, uint16_t type);
// The question and one address; none: NXDOMAIN.
Buffer DnsAnswer(uint16_t id, std::string_view name, uint16_t type, const IpAddress& address,
                 uint32_t ttl = 300);

// RFC 8446 4.1.2 in one record.  `padding` bytes of extension 21 make it long, as post-quantum key
// shares do.
Buffer ClientHello(std::string_view sni, const std::vector<std::string_view>& alpn,
                   uint16_t padding = 0);
// Version 1.3 by supported_versions, TLS_AES_128_GCM_SHA256.
Buffer ServerHello();
// A record of `size` bytes that nobody can read.
Buffer TlsData(uint16_t size);

Buffer HttpRequest(std::string_view host, std::string_view path);
// With a body of `size` bytes.
Buffer HttpResponse(size_t size);

}  // namespace rustnet::frame
