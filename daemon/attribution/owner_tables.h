// SPDX-License-Identifier: Apache-2.0
// Records in, owners out: what rung L1 knows, without anything of the operating system.
//
// `now` and all times of records are CLOCK_MONOTONIC in ns.  A record that is too short or of an
// unknown type is counted and changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/time.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/process_table.h"
#include "daemon/attribution/socket_table.h"

namespace rustnet {

class OwnerTables {
 public:
  // `started`: since when every new socket is told.
  explicit OwnerTables(Time started, const SocketTableLimits& limits = {})
      : started_(started), sockets_(&processes_, limits) {}

  void Consume(Bytes record);
  // Records were lost, noticed at `now`.
  void NoteLost(Time now) { lost_at_ = now; }
  void LearnTcp(uint64_t cookie, const KernelTcp& tcp) { sockets_.SetTcp(cookie, tcp); }
  void TakeTcpChanges(std::vector<TcpChange>* out) { sockets_.TakeTcpChanges(out); }
  void BeginScan() { sockets_.BeginScan(); }
  void EndScan(Time began, Time now, bool close_missing) {
    sockets_.EndScan(began, now, close_missing);
  }
  void Expire(Time now);

  Owner Find(const SocketTuple& tuple, Duration flow_age, Time now) const;
  std::optional<Attribution::Successor> SuccessorOf(uint64_t cookie,
                                                    const SocketTuple& tuple) const;

  uint64_t records() const { return records_; }
  uint64_t malformed() const { return malformed_; }
  const SocketTable& sockets() const { return sockets_; }
  const ProcessTable& processes() const { return processes_; }

 private:
  // False: malformed.
  bool Apply(const bpf::RecordHeader& header, Bytes bytes);
  bool ApplyImage(Bytes bytes);
  Owner OwnerOf(const Socket& socket) const;
  std::shared_ptr<const ProcessInfo> CreatorOf(const Socket& socket) const;
  Owner Unknown(const SocketTuple& tuple, const SocketTable::Match& match, Duration flow_age,
                Time began) const;

  Time started_;
  Time lost_at_ = 0;
  Time expired_at_ = 0;
  ProcessTable processes_;
  SocketTable sockets_;
  uint64_t records_ = 0;
  uint64_t malformed_ = 0;
};

}  // namespace rustnet
