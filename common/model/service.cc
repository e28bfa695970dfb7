// SPDX-License-Identifier: Apache-2.0
#include "common/model/service.h"

#include "common/net/names/services.h"

namespace rustnet::model {

std::string_view ServiceName(Protocol protocol, uint32_t port) {
  if (port > 0xffff) return {};
  switch (protocol) {
    case Protocol::kTcp:
    case Protocol::kSctp:
      return net::ServiceName(static_cast<uint16_t>(port), net::Protocol::kTcp);
    case Protocol::kUdp:
      return net::ServiceName(static_cast<uint16_t>(port), net::Protocol::kUdp);
    default:
      return {};  // the number is an echo id, or none
  }
}

std::string_view ServiceName(const Connection& connection) {
  const std::string_view remote = ServiceName(connection.protocol, connection.remote.port);
  return remote.empty() ? ServiceName(connection.protocol, connection.local.port) : remote;
}

}  // namespace rustnet::model
