// SPDX-License-Identifier: Apache-2.0
// `rustnetd --read … --flows`: what a capture holds, one JSON object per flow on a line, and then
// the end.  No server, no clock, no expiry: every flow is kept until the file ends.
//
// Keys: l4 src sport dst dport depth encap vlan pkts_{out,in} bytes_{out,in} ip_bytes_{out,in}
// payload_{out,in} first last tcp_state tcp_retrans tcp_ooo tcp_dupack tcp_gap app apps, and one
// per field of the applications.  `src` began the flow.
#pragma once

#include <functional>
#include <string_view>

#include "common/base/status.h"
#include "common/net/flow/flow.h"
#include "daemon/capture/source.h"

namespace rustnet {

struct FlowsOptions {
  bool show_secrets = false;
};

// Takes whole lines, some at a time.
using LineWriter = std::function<Status(std::string_view lines)>;

// What became of a capture: with an error of the source, the good flows that came before it have
// been written all the same.
struct FlowsResult {
  Status source;
  Status output;
};

// Reads `source` to its end and writes a line per flow.
FlowsResult WriteFlowLines(FrameSource& source, const FlowsOptions& options,
                           const LineWriter& write);

}  // namespace rustnet
