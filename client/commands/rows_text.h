// SPDX-License-Identifier: Apache-2.0
// A connection as a line of `list` and `watch`, as a line of CSV, and as the page of `show`.
#pragma once

#include <string>
#include <vector>

#include "client/commands/output.h"
#include "common/model/connection.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

std::vector<TextColumn> ConnectionColumns();
std::vector<std::string> ConnectionRow(const model::Connection& row);

// Fixed: a script may count on them.
std::vector<std::string> CsvColumns();
std::vector<std::string> CsvRow(const model::Connection& row);

void PrintDetails(const v1::GetConnectionResponse& response, Output* out);

}  // namespace rustnet::client
