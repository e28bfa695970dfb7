// SPDX-License-Identifier: Apache-2.0
// What a port is known for (IANA Service Name and Transport Protocol Port Number Registry): a
// guess from the number alone, for searching and sorting.
#pragma once

#include <string_view>

#include "common/model/connection.h"

namespace rustnet::model {

// Of the remote port, else of the local one; empty if neither is known.
std::string_view ServiceName(const Connection& connection);

}  // namespace rustnet::model
