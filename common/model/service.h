// SPDX-License-Identifier: Apache-2.0
// What a port is known for (common/net/names/services.h): a guess from the number alone, for
// searching, sorting and showing.
#pragma once

#include <string_view>

#include "common/model/connection.h"

namespace rustnet::model {

// Empty if the port is not known, or the protocol has none.
std::string_view ServiceName(Protocol protocol, uint32_t port);
// Of the remote port, else of the local one; empty if neither is known.
std::string_view ServiceName(const Connection& connection);

}  // namespace rustnet::model
