// SPDX-License-Identifier: Apache-2.0
// From what was dissected to the words of a row: name, summary, fields; and the state of protocols
// that have no State of their own.
#pragma once

#include <string>
#include <string_view>

#include "common/model/connection.h"
#include "common/net/flow/flow.h"
#include "daemon/table/record.h"

namespace rustnet {

// The server's name as the client of this flow gave it.
struct OwnName {
  std::string_view name;
  model::NameSource source = model::NameSource::kUnspecified;
};
OwnName NameIn(const net::ApplicationFacts& facts);

// `stage`: of the flow.
void DescribeApplication(const net::ApplicationFacts& facts, net::Stage stage, bool detail,
                         model::Application* out);

// "ECHO_REQUEST", "REPLY", …; empty if State says it all.
std::string ControlStateText(const Record& record);

}  // namespace rustnet
