// SPDX-License-Identifier: Apache-2.0
// Sockets and the tuples that they have or had, from the records of the kernel side.
//
// A tuple can be used by one socket after another: an answer is the socket whose life fits the
// flow's beginning, or the newest one, never just the last that was heard of.  Closed sockets are
// kept for a while, as packets are counted later than they are sent.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/ip_address.h"
#include "common/base/time.h"
#include "common/net/packet/packet.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/bpf/records.h"
#include "daemon/attribution/process_table.h"

namespace rustnet {

// One end's view of a flow, in any namespace.
struct TupleKey {
  IpAddress local;
  IpAddress remote;
  uint16_t local_port = 0;
  uint16_t remote_port = 0;
  net::Protocol protocol = net::Protocol::kNone;
  friend bool operator==(const TupleKey&, const TupleKey&) = default;
};

struct TupleKeyHash {
  size_t operator()(const TupleKey& key) const;
};

struct Socket {
  uint64_t cookie = 0;
  uint64_t netns = 0;  // cookie; 0: not known
  net::Protocol protocol = net::Protocol::kNone;
  ProcessKey process;  // pid 0: none, the kernel's own
  uint32_t tid = 0;
  uint32_t uid = 0;
  uint8_t role = 0;  // bpf::OwnerRole
  bool kernel_thread = false;
  bool lost = false;      // closed because a scan did not find it, not because it was told
  bool accepted = false;  // made by a listener: told when the handshake was done
  Quality quality = Quality::kNone;
  Time opened = 0;                             // monotonic; 0: before we looked
  Time closed = 0;                             // 0: open
  uint32_t scan = 0;                           // the last scan that found it
  std::array<char, bpf::kCommBytes> thread{};  // comm of the thread, as the kernel has it
  IpAddress bound;                             // with `bound_port`
  uint16_t bound_port = 0;  // 0: receives from nobody but the peers of its tuples
  std::vector<TupleKey> tuples;
  ProcessKey creator;  // who had it before the process; pid 0: nobody
  std::unique_ptr<KernelTcp> tcp;
  bool tcp_told = true;  // nothing of it waits for TakeTcpChanges
};

struct SocketTableLimits {
  size_t sockets = 1'000'000;
  size_t closed_sockets = 131'072;
  size_t kernel_sockets = 4096;     // without a process; their end is not told
  size_t tuples_per_socket = 1024;  // the oldest goes; its flows are found by the local port
  Duration keep_closed = 90 * kSecond;
};

class SocketTable {
 public:
  explicit SocketTable(ProcessTable* processes, const SocketTableLimits& limits = {})
      : processes_(*processes), limits_(limits) {}

  void Apply(const bpf::SocketRecord& record);
  void Apply(const bpf::CloseRecord& record);
  void Apply(const bpf::TcpRecord& record);
  // What sock_diag says of a socket; of one that is closed or not known here, nothing changes.
  void SetTcp(uint64_t cookie, const KernelTcp& tcp);
  void TakeTcpChanges(std::vector<TcpChange>* out);
  // Sockets that outlived an exec belong to the new image.
  void ApplyExec(const ProcessKey& key);

  // Between these two the records of one scan come.  With `close_missing`, sockets that were open
  // before it and not found by it are closed: their end was lost.
  void BeginScan() { ++scan_; }
  void EndScan(Time began, Time now, bool close_missing);

  struct Match {
    const Socket* socket = nullptr;
    bool by_port = false;      // a listener's, or a socket that only receives
    bool other_netns = false;  // found in the one other namespace that has the tuple
    bool ambiguous_netns = false;
    bool ambiguous_port = false;  // several processes share the port
  };
  // `began`: of the flow, monotonic.  `netns` 0: any.
  Match Find(const TupleKey& key, uint64_t netns, Time began) const;
  // By the whole tuple alone.
  Match FindByTuple(const TupleKey& key, uint64_t netns, Time began) const;

  // Which socket of the same namespace had `key` next after `cookie`, whose socket is closed.
  const Socket* SuccessorOf(uint64_t cookie, const TupleKey& key) const;

  void Expire(Time now);

  // Open TCP sockets of other namespaces than `netns`.
  bool HasTcpOutside(uint64_t netns) const;

  size_t size() const { return sockets_.size(); }
  size_t tuples() const { return by_tuple_.size(); }
  uint64_t refused() const { return refused_; }      // sockets for which there was no room
  uint64_t forgotten() const { return forgotten_; }  // closed ones that went before their time

 private:
  struct PortKey {
    net::Protocol protocol;
    uint16_t port;
    friend bool operator==(const PortKey&, const PortKey&) = default;
  };
  struct PortKeyHash {
    size_t operator()(const PortKey& key) const {
      return MixHash(key.port, static_cast<uint64_t>(key.protocol));
    }
  };
  // Nodes of unordered_map do not move, so they can be pointed to.
  using Sockets = std::unordered_map<uint64_t, Socket>;

  Socket* FindOrMake(const bpf::SocketRecord& record);
  void NoteKernel(uint64_t cookie);
  void SetOwner(const bpf::SocketRecord& record, Socket* socket);
  void AddTuple(const TupleKey& key, Socket* socket);
  void Bind(const IpAddress& address, uint16_t port, Socket* socket);
  void ApplyScan(const bpf::SocketRecord& record);
  void Close(uint64_t cookie, Time time, bool lost);
  void Detach(Socket* socket);
  void Unindex(const TupleKey& key, Socket* socket);
  void Forget(Sockets::iterator socket);
  bool MakeRoom();
  const Socket* BestByTuple(const TupleKey& key, uint64_t netns, Time began, Match* match) const;
  const Socket* BestByPort(const TupleKey& key, uint64_t netns, Time began, Match* match) const;

  ProcessTable& processes_;
  SocketTableLimits limits_;
  Sockets sockets_;
  std::unordered_multimap<TupleKey, Socket*, TupleKeyHash> by_tuple_;
  std::unordered_multimap<PortKey, Socket*, PortKeyHash> by_port_;
  std::deque<std::pair<Time, uint64_t>> closed_;  // when, cookie; in the order of being told
  uint32_t scan_ = 0;
  std::deque<uint64_t> kernel_;        // cookies
  std::vector<uint64_t> tcp_changes_;  // cookies, each once
  uint64_t refused_ = 0;
  uint64_t forgotten_ = 0;
};

// The kernel's numbers and bytes as ours: v4-mapped addresses unmapped, ICMP with one port.
net::Protocol ProtocolOf(uint8_t ip_protocol);
TupleKey TupleOf(const bpf::SocketRecord& record);
TupleKey TupleOf(const SocketTuple& tuple);

}  // namespace rustnet
