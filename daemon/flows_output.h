// SPDX-License-Identifier: Apache-2.0
// `rustnetd --read … --flows`: what a capture holds, one JSON object per flow on a line, and then
// the end.  No server, no clock, no expiry: every flow is kept until the file ends.
//
// Keys: l4 src sport dst dport depth encap vlan pkts_{out,in} bytes_{out,in} ip_bytes_{out,in}
// payload_{out,in} first last tcp_state tcp_retrans tcp_ooo tcp_dupack tcp_gap app apps, and one
// per field of the applications.  `src` began the flow.
#pragma once

#include <string>

#include "common/base/status.h"
#include "common/net/flow/flow.h"
#include "daemon/capture/source.h"

namespace rustnet {

struct FlowsOptions {
  bool show_secrets = false;
};

// Appends `flow` as one line.
void AppendFlow(const net::FlowView& flow, std::string* out);

// Reads `source` to its end and appends a line per flow.  The status is the source's: with an error
// the good flows that came before it have been appended all the same.
Status AppendFlows(FrameSource& source, const FlowsOptions& options, std::string* out);

}  // namespace rustnet
