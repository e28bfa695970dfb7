// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace rustnet {

// Answers one request: every process of the /proc that is the root directory, to `socket`.  False
// if nobody listens any more.  Uses system calls and memory of its own alone: no allocation.
bool AnswerScan(int socket);

}  // namespace rustnet
