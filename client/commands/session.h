// SPDX-License-Identifier: Apache-2.0
// A greeted daemon, for commands that ask and end.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "client/stream/channel.h"
#include "rustnet/v1/control.grpc.pb.h"
#include "rustnet/v1/monitor.grpc.pb.h"

namespace rustnet::client {

struct Session {
  std::string socket;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::MonitorService::Stub> monitor;
  v1::GetServerInfoResponse info;  // printable
};

// Opens the channel and greets; a failure is a sentence and an exit code.
std::optional<Failure> OpenSession(const std::string& socket, Session* session);

}  // namespace rustnet::client
