// SPDX-License-Identifier: Apache-2.0
// Rung UID: without BPF the kernel still says which user has a socket (sock_diag), not which
// process.  Sockets that live shorter than a look (a second) are missed.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "common/base/bytes.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/socket_table.h"

namespace rustnet {

// The owners that dumps have shown.  Apart from the socket they come from, for tests.
class UidTable {
 public:
  // What a message of a dump was; kDone and kError end the dump.
  enum class Answer : uint8_t { kMore, kDone, kError };

  // One datagram of a dump: netlink messages, each a sock_diag answer (inet_diag_msg) for
  // `protocol`.  Messages with another `sequence` are passed over.
  Answer Learn(Bytes datagram, net::Protocol protocol, uint32_t sequence, Time now);
  void Expire(Time now);
  // By the tuple, else by the local port.
  const uint32_t* Find(const TupleKey& key) const;
  size_t size() const { return by_tuple_.size() + by_port_.size(); }

 private:
  struct Entry {
    uint32_t uid = 0;
    Time seen = 0;
  };
  void LearnSocket(Bytes message, net::Protocol protocol, Time now);

  std::unordered_map<TupleKey, Entry, TupleKeyHash> by_tuple_;
  std::unordered_map<TupleKey, Entry, TupleKeyHash> by_port_;  // without remote
};

// `refusal`: why there is no better rung.
std::unique_ptr<Attribution> MakeUidAttribution(const Handles& handles, BackendState refusal);

}  // namespace rustnet
