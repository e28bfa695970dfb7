// SPDX-License-Identifier: Apache-2.0
// What live monitoring and replay have in common: the signals that end them, the server's options,
// what is told once ready.
#pragma once

#include <csignal>
#include <string>

#include "common/base/status.h"
#include "daemon/config.h"
#include "daemon/rpc/server.h"
#include "daemon/seal/startup.h"

namespace rustnet {

// SIGTERM and SIGINT, blocked in this thread and all that it starts: they are waited for.
class EndSignals {
 public:
  EndSignals();
  // Until one comes; or for at most `milliseconds` (negative: for ever).  True: it came.
  bool Wait(int milliseconds = -1) const;

 private:
  sigset_t set_{};
};

ServerOptions OptionsFor(const Config& config, const Sealed& sealed);

// Version, pid, start and sandbox; backends are the caller's to add.
void FillInfo(const Sealed& sealed, Time started, v1::GetServerInfoResponse* out);

}  // namespace rustnet
