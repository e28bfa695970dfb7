// SPDX-License-Identifier: Apache-2.0
// A gRPC channel to the socket of a rustnetd, and the first call on it.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>

#include "client/stream/failure.h"
#include "rustnet/v1/monitor.grpc.pb.h"

namespace rustnet::client {

// The revision of rustnet.v1 that this client was written for, and the oldest it can use.
inline constexpr uint32_t kApiRevision = 1;
inline constexpr uint32_t kOldestApiRevision = 1;

inline constexpr int kFirstCallMs = 2'000;
inline constexpr int kCallMs = 5'000;

// "unix:/path", with what a URI does not take escaped.
std::string TargetOf(const std::string& socket);

std::shared_ptr<grpc::Channel> OpenChannel(const std::string& socket);

// Deadline from now.
void SetDeadline(grpc::ClientContext* context, int milliseconds);

// GetServerInfo, and whether the two sides understand each other.  `wait`: the daemon may be about
// to come up, so a refused connection is tried again until the deadline.
std::optional<Failure> Greet(v1::MonitorService::Stub* stub, grpc::ClientContext* context,
                             const std::string& socket, bool wait, v1::GetServerInfoResponse* info);

}  // namespace rustnet::client
