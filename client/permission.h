// SPDX-License-Identifier: Apache-2.0
// What stands between the user and the socket, for the screen that says how to change it.
#pragma once

#include <string>

#include "client/stream/failure.h"
#include "client/view/model.h"

namespace rustnet::client {

Permission DescribePermission(const std::string& socket, const Failure& failure);

}  // namespace rustnet::client
