// SPDX-License-Identifier: Apache-2.0
// The fields that HTTP/1 and HTTP/2 fill, and the words by which HTTP/1 is known.
#pragma once

#include <string_view>

#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kHttpMethod{"http_method"};
inline constexpr Field kHttpHost{"http_host"};
inline constexpr Field kHttpPath{"http_path"};  // see AddTarget
inline constexpr Field kHttpUserAgent{"http_user_agent"};
inline constexpr Field kHttpStatus{"http_status", false, true};
inline constexpr Field kHttpServer{"http_server"};

// "GET", "PROPFIND", …: IANA's method registry, and a few in use before it.
bool IsHttpMethod(std::string_view word);

}  // namespace rustnet::net
