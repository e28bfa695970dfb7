// SPDX-License-Identifier: Apache-2.0
// ControlService for one kind of caller: everybody may ask, root and group rustnet-admin are
// answered.
#pragma once

#include "daemon/rpc/caller.h"
#include "daemon/rpc/server.h"
#include "rustnet/v1/control.grpc.pb.h"

namespace rustnet {

class ControlService final : public v1::ControlService::CallbackService {
 public:
  ControlService(ConnectionTable* table, const ServerContext* context, const Caller& caller)
      : table_(table), context_(context), caller_(caller) {}

  grpc::ServerUnaryReactor* ResetStatistics(grpc::CallbackServerContext* context,
                                            const v1::ResetStatisticsRequest* request,
                                            v1::ResetStatisticsResponse* response) override;
  grpc::ServerUnaryReactor* Reload(grpc::CallbackServerContext* context,
                                   const v1::ReloadRequest* request,
                                   v1::ReloadResponse* response) override;

 private:
  Status Permission(const char* act) const;

  ConnectionTable* const table_;
  const ServerContext* const context_;
  const Caller caller_;
};

}  // namespace rustnet
