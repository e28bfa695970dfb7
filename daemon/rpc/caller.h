// SPDX-License-Identifier: Apache-2.0
// What a service knows of those that it serves: a constructor argument, one service for each kind.
#pragma once

#include <cstdint>

#include "daemon/rpc/peer.h"
#include "daemon/table/connection_table.h"
#include "grpcpp/support/status.h"

namespace rustnet {

struct Caller {
  AccessLevel level = AccessLevel::kRefused;
  uint32_t uid = 0;

  ConnectionTable::Scope scope() const {
    return level == AccessLevel::kOwn ? ConnectionTable::Scope(uid) : std::nullopt;
  }
  bool sees_all() const { return level >= AccessLevel::kAll; }
  bool may_control() const { return level == AccessLevel::kAdmin; }

  friend auto operator<=>(const Caller&, const Caller&) = default;
};

// abseil's codes have gRPC's numbers.
inline grpc::Status ToGrpc(const Status& status) {
  return {static_cast<grpc::StatusCode>(static_cast<int>(status.code())), Message(status)};
}

}  // namespace rustnet
