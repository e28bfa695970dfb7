// SPDX-License-Identifier: Apache-2.0
// A gRPC server for the connections of one user at one level of access, which come as descriptors.
// Since a server has one kind of caller, no handler needs to ask who calls.
#pragma once

#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/base/unique_fd.h"
#include "daemon/rpc/caller.h"
#include "daemon/rpc/monitor_service.h"

namespace rustnet {

class UserServer {
 public:
  virtual ~UserServer() = default;
  virtual void Hand(UniqueFd connection) = 0;
  // Ends its calls; returns after `deadline` at the latest if their clients let it.
  virtual void Shutdown(Duration deadline) = 0;
};

StatusOr<std::unique_ptr<UserServer>> MakeUserServer(const Shared& shared, const Caller& caller);
// Answers every call with `status`.
StatusOr<std::unique_ptr<UserServer>> MakeRefusingServer(const ServerOptions& options,
                                                         const Status& status);

}  // namespace rustnet
