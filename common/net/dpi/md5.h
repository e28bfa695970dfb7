// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), for JA3 alone: it names a fingerprint, it protects nothing.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/base/bytes.h"

namespace rustnet::net {

// 32 lower-case hexadecimal digits.
std::string Md5Hex(std::string_view text);

}  // namespace rustnet::net
