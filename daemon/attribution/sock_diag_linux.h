// SPDX-License-Identifier: Apache-2.0
// What sock_diag answers, by the NETLINK_SOCK_DIAG socket that was opened before the seal: it shows
// the host's sockets for as long as it is held.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "common/base/bytes.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/socket_table.h"

namespace rustnet {

// One socket of a dump.
struct DiagSocket {
  TupleKey tuple;  // of a socket that is not connected: without remote port
  uint64_t cookie = 0;
  uint32_t uid = 0;
  uint32_t inode = 0;  // 0: no process has it any more
  std::optional<KernelTcp> tcp;
};
using DiagVisitor = std::function<void(const DiagSocket&)>;

// What a datagram of a dump was; kDone and kError end the dump.
enum class DiagAnswer : uint8_t { kMore, kDone, kError };

// One datagram: netlink messages, each a sock_diag answer (inet_diag_msg, attributes) for
// `protocol`.  Messages with another `sequence` are passed over.
DiagAnswer ReadDiag(Bytes datagram, net::Protocol protocol, uint32_t sequence,
                    const DiagVisitor& visit);

// The bytes of INET_DIAG_INFO (struct tcp_info): older kernels have fewer of them.
KernelTcp ReadTcpInfo(Bytes bytes);

struct DiagDump {
  uint8_t family;
  uint8_t ip_protocol;
  net::Protocol protocol;
  uint32_t states;  // one bit for each TCP state
  bool tcp_info;
};

// All TCP sockets that have numbers to tell.
extern const std::array<DiagDump, 2> kTcpDumps;

// Rounds of dumps, one after the other, by pieces: never blocks.
class SockDiag {
 public:
  // `fd` is borrowed, -1: there is none; `dumps` outlive this.
  SockDiag(int fd, std::span<const DiagDump> dumps) : fd_(fd), dumps_(dumps), next_(dumps.size()) {}

  bool idle() const { return next_ == dumps_.size(); }
  // Begins a round.  REQUIRES: idle.
  void Begin();
  // Hands over what has come, at most `datagrams` (80 to 400 sockets each).
  void Read(int datagrams, const DiagVisitor& visit);

  uint64_t rounds() const { return rounds_; }
  int error() const { return error_; }  // errno of the last dump

 private:
  void Ask();

  int fd_;
  std::span<const DiagDump> dumps_;
  size_t next_;  // the dump under way
  uint32_t sequence_ = 0;
  int error_ = 0;
  uint64_t rounds_ = 0;
  std::array<uint8_t, 32 * 1024> buffer_{};  // NLMSG_GOODSIZE of the kernel's dumps
};

}  // namespace rustnet
