// SPDX-License-Identifier: Apache-2.0
#include "client/stream/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <cstdlib>

namespace rustnet::client {
namespace {

constexpr int kMaxMessageBytes = 16 * 1024 * 1024;  // a page of a list; deltas are 256 KiB

}  // namespace

std::string TargetOf(const std::string& socket) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string target = "unix:";
  for (const char c : socket) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      target += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      target += '%';
      target += kHex[byte >> 4];
      target += kHex[byte & 15];
    }
  }
  return target;
}

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& socket) {
  grpc::ChannelArguments args;
  // grpc#38142: without it the :authority of a unix socket is its percent-encoded path.
  args.SetString(GRPC_ARG_DEFAULT_AUTHORITY, "localhost");
  args.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Also the time that a handshake may take: longer than the first call waits, so that a stopped
  // daemon is "not answering" and not "closed".  A refused connect is retried without it.
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kFirstCallMs + 1'000);
  args.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  args.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(TargetOf(socket), grpc::InsecureChannelCredentials(), args);
}

void SetDeadline(grpc::ClientContext* context, int milliseconds) {
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(milliseconds));
}

std::optional<Failure> Greet(v1::MonitorService::Stub* stub, grpc::ClientContext* context,
                             const std::string& socket, bool wait,
                             v1::GetServerInfoResponse* info) {
  SetDeadline(context, kFirstCallMs);
  context->set_wait_for_ready(wait);
  v1::GetServerInfoRequest request;
  request.set_client_name("rustnet-client " RUSTNET_VERSION);
  const grpc::Status status = stub->GetServerInfo(context, request, info);
  if (!status.ok()) return Diagnose(status, socket);
  if (info->minimum_api_revision() > kApiRevision) {
    return Failure{Failure::Kind::kVersion,
                   "rustnetd " + info->version() + " needs API revision " +
                       std::to_string(info->minimum_api_revision()) + ", this client has " +
                       std::to_string(kApiRevision) + ": update rustnet-client",
                   kExitUnavailable};
  }
  if (info->api_revision() < kOldestApiRevision) {
    return Failure{Failure::Kind::kVersion,
                   "rustnetd " + info->version() + " has API revision " +
                       std::to_string(info->api_revision()) + ", this client needs " +
                       std::to_string(kOldestApiRevision) + ": update rustnetd",
                   kExitUnavailable};
  }
  return std::nullopt;
}

}  // namespace rustnet::client
