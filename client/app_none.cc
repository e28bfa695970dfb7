// SPDX-License-Identifier: Apache-2.0
// A client built without the screen (RUSTNET_WITH_TUI=OFF).
#include "client/app.h"
#include "client/commands/oneshot.h"

namespace rustnet::client {

int RunScreen(const Options&, const Config&, const std::string&, PrivateDaemon*) {
  return Fail({Failure::Kind::kCall,
               "this rustnet-client was built without the screen; use list or watch", kExitUsage});
}

}  // namespace rustnet::client
