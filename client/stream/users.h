// SPDX-License-Identifier: Apache-2.0
// User names are the client's business: the daemon knows numbers only, and cannot look names up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/status.h"

namespace rustnet::client {

// The uid of that name in the system's user database.
std::optional<uint32_t> UidOf(std::string_view name);

// The name of a uid, "" if it has none.  Printable.  For one thread alone: it remembers.
std::string UserName(uint32_t uid);

// `text` as it may be sent: the same, or with uids for user names if it has any.
// InvalidArgument: "filter, at OFFSET: …".
StatusOr<std::string> FilterForDaemon(const std::string& text);

}  // namespace rustnet::client
