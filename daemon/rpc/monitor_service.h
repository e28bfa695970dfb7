// SPDX-License-Identifier: Apache-2.0
// MonitorService for one kind of caller: what it may see is fixed when the service is made.
#pragma once

#include <atomic>

#include "daemon/rpc/caller.h"
#include "daemon/rpc/page_lists.h"
#include "daemon/rpc/server.h"
#include "daemon/rpc/stream_pump.h"
#include "rustnet/v1/monitor.grpc.pb.h"

namespace rustnet {

// What all services of a server share.
struct Shared {
  ConnectionTable* table = nullptr;
  const ServerContext* context = nullptr;
  const ServerOptions* options = nullptr;
  StreamPump* pump = nullptr;
  PageLists* lists = nullptr;
  std::function<AcceptorCounters()> connections;
};

class MonitorService final : public v1::MonitorService::WithRawCallbackMethod_WatchConnections<
                                 v1::MonitorService::CallbackService> {
 public:
  MonitorService(const Shared& shared, const Caller& caller) : shared_(shared), caller_(caller) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override;
  grpc::ServerUnaryReactor* ListConnections(grpc::CallbackServerContext* context,
                                            const v1::ListConnectionsRequest* request,
                                            v1::ListConnectionsResponse* response) override;
  grpc::ServerUnaryReactor* GetConnection(grpc::CallbackServerContext* context,
                                          const v1::GetConnectionRequest* request,
                                          v1::GetConnectionResponse* response) override;
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchConnections(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override;
  grpc::ServerWriteReactor<v1::WatchEventsResponse>* WatchEvents(
      grpc::CallbackServerContext* context, const v1::WatchEventsRequest* request) override;
  grpc::ServerUnaryReactor* ListProcesses(grpc::CallbackServerContext* context,
                                          const v1::ListProcessesRequest* request,
                                          v1::ListProcessesResponse* response) override;
  grpc::ServerUnaryReactor* ListInterfaces(grpc::CallbackServerContext* context,
                                           const v1::ListInterfacesRequest* request,
                                           v1::ListInterfacesResponse* response) override;
  grpc::ServerUnaryReactor* GetStats(grpc::CallbackServerContext* context,
                                     const v1::GetStatsRequest* request,
                                     v1::GetStatsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchStatsResponse>* WatchStats(
      grpc::CallbackServerContext* context, const v1::WatchStatsRequest* request) override;

 private:
  Status List(const v1::ListConnectionsRequest& request, v1::ListConnectionsResponse* response);
  Status Processes(const v1::ListProcessesRequest& request, v1::ListProcessesResponse* response);
  v1::Limits Limits() const;
  bool WorthLogging();

  const Shared shared_;
  const Caller caller_;
  std::atomic<Time> logged_ = 0;
};

}  // namespace rustnet
