// SPDX-License-Identifier: Apache-2.0
// Who sees what: a scoped user has the connections of which one end is theirs, and of the other end
// only what the wire says.
#pragma once

#include <cstdint>

#include "common/model/connection.h"

namespace rustnet::model {

// An end belongs to a process of `uid`.
bool Visible(const Connection& connection, uint32_t uid);

// Clears the process of an end that is not `uid`'s, and what the kernel says of its socket but the
// round trip.  REQUIRES: Visible(*connection, uid).
void MaskFor(Connection* connection, uint32_t uid);

}  // namespace rustnet::model
