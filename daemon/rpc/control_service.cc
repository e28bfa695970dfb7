// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/control_service.h"

#include <string>

namespace rustnet {

Status ControlService::Permission(const char* act) const {
  if (caller_.may_control()) return Ok();
  return PermissionDenied(std::string("only root and group rustnet-admin may ") + act +
                          "; you are uid " + std::to_string(caller_.uid));
}

grpc::ServerUnaryReactor* ControlService::ResetStatistics(grpc::CallbackServerContext* context,
                                                          const v1::ResetStatisticsRequest*,
                                                          v1::ResetStatisticsResponse* response) {
  Status status = Permission("reset statistics");
  if (status.ok() && context_->reset) status = context_->reset();
  if (status.ok()) response->set_epoch(table_->epoch());
  if (status.ok() && context_->log) {
    context_->log("statistics were reset by uid " + std::to_string(caller_.uid));
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

grpc::ServerUnaryReactor* ControlService::Reload(grpc::CallbackServerContext* context,
                                                 const v1::ReloadRequest*, v1::ReloadResponse*) {
  Status status = Permission("reload the configuration");
  if (status.ok()) {
    status = Unimplemented(
        "this rustnetd cannot change its configuration while it runs yet; restart it");
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

}  // namespace rustnet
