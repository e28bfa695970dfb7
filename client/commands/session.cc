// SPDX-License-Identifier: Apache-2.0
#include "client/commands/session.h"

#include "client/stream/row.h"

namespace rustnet::client {

std::optional<Failure> OpenSession(const std::string& socket, Session* session) {
  session->socket = socket;
  session->channel = OpenChannel(socket);
  session->monitor = v1::MonitorService::NewStub(session->channel);
  grpc::ClientContext context;
  const std::optional<Failure> failure =
      Greet(session->monitor.get(), &context, socket, false, &session->info);
  if (!failure) MakeSafe(&session->info);
  return failure;
}

}  // namespace rustnet::client
