// SPDX-License-Identifier: Apache-2.0
// Rungs SCAN and UID: without BPF the kernel still says which user has a socket (sock_diag), and
// the scan broker, where there is one, which process.  Sockets that live shorter than a look (a
// second) are missed.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "daemon/attribution/attribution.h"
#include "daemon/attribution/scan_client_linux.h"
#include "daemon/attribution/sock_diag_linux.h"
#include "daemon/attribution/socket_table.h"

namespace rustnet {

// The owners that dumps have shown.  Apart from the socket they come from, for tests.
class UidTable {
 public:
  struct Entry {
    uint32_t uid = 0;
    Time seen = 0;
    uint64_t cookie = 0;
    uint32_t inode = 0;
    bool bound = false;  // found by its local port alone
    std::unique_ptr<KernelTcp> tcp;
  };

  explicit UidTable(size_t most = 500'000) : most_(most) {}

  void Learn(const DiagSocket& socket, Time now);
  void Expire(Time now);
  // By the tuple, else by the local port.
  const Entry* Find(const TupleKey& key) const;
  void TakeTcpChanges(std::vector<TcpChange>* out);
  size_t size() const { return by_tuple_.size() + by_port_.size(); }
  uint64_t refused() const { return refused_; }  // sockets for which there was no room

 private:
  void SetTcp(const KernelTcp& tcp, Entry* entry);
  // Null: there is no room.
  Entry* EntryOf(const TupleKey& key);

  std::unordered_map<TupleKey, Entry, TupleKeyHash> by_tuple_;
  std::unordered_map<TupleKey, Entry, TupleKeyHash> by_port_;  // without remote
  std::vector<TcpChange> tcp_changes_;
  size_t most_;
  uint64_t refused_ = 0;
};

// `refusal`: why there is no better rung.
std::unique_ptr<Attribution> MakeUidAttribution(const Handles& handles, BackendState refusal);

}  // namespace rustnet
