// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/user_server.h"

#include <chrono>
#include <utility>

#include "daemon/rpc/control_service.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/server_builder.h"

namespace rustnet {
namespace {

constexpr int kMostRequestBytes = 64 * 1024;
constexpr int kMostStreams = 16;  // of one connection; more wait in the client

using ExternalAcceptor = grpc::experimental::ExternalConnectionAcceptor;

class GrpcServer : public UserServer {
 public:
  ~GrpcServer() override {
    if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
  }

  void Hand(UniqueFd connection) override {
    ExternalAcceptor::NewConnectionParameters parameters;
    parameters.fd = connection.release();
    acceptor_->HandleNewConnection(&parameters);
  }

  void Shutdown(Duration deadline) override {
    server_->Shutdown(std::chrono::system_clock::now() + std::chrono::nanoseconds(deadline));
  }

 protected:
  void Limit(const ServerOptions& options, grpc::ServerBuilder* builder) {
    acceptor_ = builder->experimental().AddExternalConnectionAcceptor(
        grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
        grpc::InsecureServerCredentials());
    builder->SetMaxReceiveMessageSize(kMostRequestBytes);
    grpc::ResourceQuota quota("rustnet");
    quota.Resize(options.memory_per_user);
    builder->SetResourceQuota(quota);
    builder->AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMostStreams);
    builder->AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, options.handshake_timeout_ms);
    builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, options.keepalive_ms);
    builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, options.keepalive_timeout_ms);
    builder->AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder->AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    // A client may look after its daemon in the same way.
    builder->AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5000);
  }

  Status Start(grpc::ServerBuilder* builder) {
    server_ = builder->BuildAndStart();
    return server_ != nullptr ? Ok() : Internal("gRPC could not start a server");
  }

 private:
  std::unique_ptr<ExternalAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> server_;
};

class MonitoringServer final : public GrpcServer {
 public:
  MonitoringServer(const Shared& shared, const Caller& caller)
      : options_(*shared.options),
        monitor_(shared, caller),
        control_(shared.table, shared.context, caller) {}
  ~MonitoringServer() override { Shutdown(0); }

  Status Start() {
    grpc::ServerBuilder builder;
    Limit(options_, &builder);
    builder.RegisterService(&monitor_);
    builder.RegisterService(&control_);
    return GrpcServer::Start(&builder);
  }

 private:
  const ServerOptions& options_;
  MonitorService monitor_;
  ControlService control_;
};

class RefusingService final : public grpc::CallbackGenericService {
 public:
  explicit RefusingService(const Status& status) : status_(ToGrpc(status)) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    class Refusal final : public grpc::ServerGenericBidiReactor {
     public:
      explicit Refusal(const grpc::Status& status) { Finish(status); }
      void OnDone() override { delete this; }
    };
    return new Refusal(status_);
  }

 private:
  const grpc::Status status_;
};

class RefusingServer final : public GrpcServer {
 public:
  explicit RefusingServer(const Status& status) : service_(status) {}
  ~RefusingServer() override { Shutdown(0); }

  Status Start(const ServerOptions& options) {
    grpc::ServerBuilder builder;
    Limit(options, &builder);
    builder.RegisterCallbackGenericService(&service_);
    return GrpcServer::Start(&builder);
  }

 private:
  RefusingService service_;
};

// Once per process: what gRPC keeps in globals.
void EnablePlugins() {
  static const bool enabled = [] {
    // Held for ever: the last grpc_shutdown waits up to 10 s for a poller of its own.
    grpc_init();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    // Linked for reflection.
    grpc::health::v1::HealthCheckRequest::descriptor();
    return true;
  }();
  static_cast<void>(enabled);
}

}  // namespace

StatusOr<std::unique_ptr<UserServer>> MakeUserServer(const Shared& shared, const Caller& caller) {
  EnablePlugins();
  auto server = std::make_unique<MonitoringServer>(shared, caller);
  RN_RETURN_IF_ERROR(server->Start());
  return std::unique_ptr<UserServer>(std::move(server));
}

StatusOr<std::unique_ptr<UserServer>> MakeRefusingServer(const ServerOptions& options,
                                                         const Status& status) {
  EnablePlugins();
  auto server = std::make_unique<RefusingServer>(status);
  RN_RETURN_IF_ERROR(server->Start(options));
  return std::unique_ptr<UserServer>(std::move(server));
}

}  // namespace rustnet
