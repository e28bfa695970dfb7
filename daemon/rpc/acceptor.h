// SPDX-License-Identifier: Apache-2.0
// Accepts connections on a listening socket that is already there, on a thread of its own.
//
// gRPC's own listener stops for good at its first EMFILE and knows no peer; this one pauses, and
// asks the kernel who has come.  It keeps a duplicate of each connection: by it the end is seen,
// and a connection whose peer does not read can be cut.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "common/base/status.h"
#include "common/base/time.h"
#include "common/base/unique_fd.h"
#include "daemon/rpc/peer.h"

namespace rustnet {

struct AcceptorLimits {
  uint32_t connections_per_uid = 32;
  uint32_t connections = 256;  // two descriptors each
  uint32_t refused = 8;        // over a limit, but told so; others are closed at once
  Duration write_stall = Duration{30} * kSecond;  // a peer that takes nothing for so long is cut
};

struct AcceptorCounters {
  uint64_t accepted = 0;
  uint64_t refused = 0;
  uint64_t cut = 0;
  uint64_t paused = 0;  // times that descriptors were used up
};

class Acceptor {
 public:
  // Takes the connection over.  `sentence` is set if it is only to be told why it is refused.
  using Deliver =
      std::function<void(UniqueFd connection, const PeerIdentity& peer, std::string sentence)>;

  static StatusOr<std::unique_ptr<Acceptor>> Start(UniqueFd listener, const AcceptorLimits& limits,
                                                   Deliver deliver);
  ~Acceptor();  // stops the thread; connections that were delivered live on

  // No new connections from now on.
  void StopAccepting();
  // Ends every connection, whatever its peer does.
  void CutAll();
  size_t ConnectionsOf(uint32_t uid) const;
  AcceptorCounters counters() const;

 private:
  struct Connection {
    UniqueFd duplicate;
    uint32_t uid = 0;
    bool refused = false;
    uint32_t queued = 0;  // bytes that the peer has not taken, when it last took any
    Time since = 0;
  };

  Acceptor(UniqueFd listener, const AcceptorLimits& limits, Deliver deliver);
  Status Prepare();
  void Run();
  void AcceptSome();
  bool AcceptOne();
  void Admit(UniqueFd connection);
  void Watch(int descriptor, uint32_t events);
  void Pause(bool paused);
  void CutStalled(Time now);

  const AcceptorLimits limits_;
  const Deliver deliver_;
  UniqueFd listener_;
  UniqueFd epoll_;
  UniqueFd wake_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> accepting_{true};
  Time paused_until_ = 0;
  mutable std::mutex mutex_;
  std::unordered_map<int, Connection> connections_;  // by duplicate; guarded by mutex_
  AcceptorCounters counters_;                        // guarded by mutex_
  std::thread thread_;
};

}  // namespace rustnet
