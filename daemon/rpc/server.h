// SPDX-License-Identifier: Apache-2.0
// The API of rustnetd over a Unix socket that is held: MonitorService, ControlService, reflection
// and health.  No gRPC call happens before StartServer, so the process seals itself first.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/base/status.h"
#include "common/base/time.h"
#include "common/base/unique_fd.h"
#include "daemon/rpc/acceptor.h"
#include "daemon/rpc/peer.h"
#include "daemon/table/connection_table.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet {

// What the rest of the daemon tells.  Called on gRPC's threads, several at a time.
struct ServerContext {
  // version, pid, started, platform, sandbox, backends, replay.  The server adds the rest.
  std::function<void(v1::GetServerInfoResponse*)> info;
  // losses (but for history, subscribers and connections), self.  Called once a second too.
  std::function<void(v1::Stats*)> stats;
  std::function<void(v1::ListInterfacesResponse*)> interfaces;
  // Forgets flows and rows; returns when the table has its new epoch.
  std::function<Status()> reset;
  // A line for the log: printable, one line.
  std::function<void(const std::string&)> log;
};

struct ServerOptions {
  AccessPolicy access;
  AcceptorLimits limits{.connections = 0};  // connections 0: RLIMIT_NOFILE / 4
  uint32_t heartbeat_ms = 4000;
  uint32_t tick_ms = 100;     // the table's: no stream is faster
  uint32_t most_scoped = 16;  // users with `own` access at a time
  size_t most_users = 32;     // connected at a time: each costs a thread
  size_t memory_per_user = 32 * 1024 * 1024;
  int handshake_timeout_ms = 5000;
  int keepalive_ms = 20'000;
  int keepalive_timeout_ms = 10'000;
  Duration idle_user_kept = Duration{60} * kSecond;
};

class Server {
 public:
  virtual ~Server() = default;  // Shutdown, if that was not called
  // Ends all calls and connections: at most about 0.8 s, whatever the clients do.
  virtual void Shutdown() = 0;
  virtual AcceptorCounters connections() const = 0;
  virtual uint64_t subscribers_cut() const = 0;
};

// `listener` is listening.  `table` and what `context` refers to outlive the server.
StatusOr<std::unique_ptr<Server>> StartServer(UniqueFd listener, ConnectionTable& table,
                                              ServerContext context, const ServerOptions& options);

}  // namespace rustnet
