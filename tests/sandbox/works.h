// SPDX-License-Identifier: Apache-2.0
// What a sealed daemon must still be able to do, each as a trial that says what went wrong.
#pragma once

#include <string>
#include <string_view>

#include "daemon/seal/handles.h"

namespace rustnet {

// Empty: it works.
std::string TryWork(std::string_view name, Handles& handles);

}  // namespace rustnet
