// SPDX-License-Identifier: Apache-2.0
// Forbidden acts, by name, for a sealed process to try on itself.
#pragma once

#include <optional>
#include <string_view>

#include "daemon/seal/handles.h"

namespace rustnet {

// What the act's system call returned, with errno; nullopt: no such act.  Most do not return.
std::optional<long> TryAct(std::string_view name, const Handles& handles);

}  // namespace rustnet
