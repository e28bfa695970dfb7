// SPDX-License-Identifier: Apache-2.0
// A row of the wire as the client keeps it.  The daemon has made all text printable already; it is
// not trusted to have: every text passes common/base/text again, here.
#pragma once

#include <memory>
#include <string>

#include "common/model/connection.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

// Printable, at most 1024 bytes.
void MakeSafe(std::string* text);
void MakeSafe(v1::GetServerInfoResponse* info);

std::unique_ptr<model::Connection> RowFromProto(const v1::Connection& proto);

}  // namespace rustnet::client
