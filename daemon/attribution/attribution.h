// SPDX-License-Identifier: Apache-2.0
// Which process owns a flow.  Fed by what the seal opened (BPF ring and iterator, or sock_diag);
// used by one thread, at the tick.  Packets can come before their event: an owner that is not known
// yet is asked for again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ip_address.h"
#include "common/base/time.h"
#include "common/net/packet/packet.h"
#include "daemon/attribution/cgroup_place.h"
#include "daemon/seal/handles.h"

namespace rustnet {

// As rustnet.v1.Quality and NoOwner (same numbers, checked in model/convert).
enum class Quality : uint8_t {
  kUnspecified = 0,
  kExact = 1,
  kHandoff = 2,
  kListenerInherited = 3,
  kScanned = 4,
  kUidOnly = 5,
  kKernel = 6,
  kNone = 7,
  kNetnsUnique = 8,
};
enum class NoOwner : uint8_t {
  kUnspecified = 0,
  kPending = 1,
  kNotLocal = 2,
  kForwarded = 3,
  kSocketClosedBeforeStart = 4,
  kOtherNetns = 5,
  kLostEvent = 6,
  kKernel = 7,
  kBackendLimit = 8,
  kReplay = 9,
};

struct ParentInfo {
  uint32_t pid = 0;
  uint64_t start_time_ns = 0;  // since boot
  std::string name;
  std::string executable;
};

// A process as it was when its record was made; immutable.  {pid, start_time_ns, exec_id} identify
// it.
struct ProcessInfo {
  uint32_t pid = 0;            // tgid, in the initial pid namespace
  uint64_t start_time_ns = 0;  // since boot
  uint32_t exec_id = 0;
  std::string name;  // the executable's base name if comm is its 15-byte prefix, else comm
  std::string comm;
  std::string executable;  // path; empty: not known
  std::vector<std::string> cmdline;
  std::string directory;  // where it worked when its record was made; empty: not known
  std::string lsm_label;  // of SELinux or AppArmor; empty: none, or not readable
  uint32_t uid = 0;
  uint32_t gid = 0;
  std::optional<uint32_t> login_uid;
  std::optional<uint32_t> namespace_pid;
  uint64_t capabilities = 0;  // effective
  std::string cgroup;
  CgroupPlace place;                // what `cgroup` says
  std::vector<ParentInfo> parents;  // nearest first, at most 4
};

struct SocketTuple {
  net::Protocol protocol = net::Protocol::kNone;
  IpAddress local;  // v4-mapped addresses unmapped
  IpAddress remote;
  uint16_t local_port = 0;  // ICMP: echo id
  uint16_t remote_port = 0;
  uint64_t netns = 0;  // cookie of the namespace the packet was captured in; 0: the host's
  // The local address is none of that namespace's: only a socket of another one can have it.
  bool elsewhere = false;
};

// What the kernel counts of one TCP socket, in the units of TCP_INFO; 0: none.
struct KernelTcp {
  uint64_t bytes_acked = 0;     // SYN and FIN count one each
  uint64_t bytes_sent = 0;      // payload, repeated ones too
  uint64_t bytes_received = 0;  // in order; FIN counts one
  uint64_t delivery_rate = 0;   // bytes per second
  uint32_t smoothed_rtt_us = 0;
  uint32_t rtt_variance_us = 0;
  uint32_t minimum_rtt_us = 0;
  uint32_t retransmissions = 0;
  uint32_t congestion_window = 0;  // segments
  uint32_t mss = 0;                // bytes of a sent segment
  bool final = false;              // the socket is closed

  friend bool operator==(const KernelTcp&, const KernelTcp&) = default;
};

struct TcpChange {
  uint64_t socket = 0;  // cookie
  KernelTcp tcp;
};

struct Owner {
  std::shared_ptr<const ProcessInfo> process;  // null: none known
  std::optional<uint32_t> uid;                 // known even where the process is not (UID_ONLY)
  Quality quality = Quality::kNone;
  NoOwner reason = NoOwner::kPending;  // with kNone and kKernel
  std::string thread_name;             // if not the process's own name
  // Who made or listened on the socket, if another.
  std::shared_ptr<const ProcessInfo> creator = nullptr;
  uint64_t socket = 0;                          // cookie, if it has the whole tuple; 0: not known
  std::optional<KernelTcp> tcp = std::nullopt;  // of that socket
};

// The state of one source, for GetServerInfo.backends.
struct BackendState {
  enum class State : uint8_t { kUnspecified, kActive, kDegraded, kFailed, kOff };
  enum class Reason : uint8_t {  // as rustnet.v1.Backend.Reason
    kUnspecified,
    kConfigured,
    kMissingCapability,
    kKernelTooOld,
    kNoBtf,
    kProgramRefused,
    kNotFound,
    kInterfaceDown,
    kPlatform,
    kSystemError,
  };
  std::string name;  // "attribution/L1"
  State state = State::kUnspecified;
  Reason reason = Reason::kUnspecified;
  std::string text;
};

struct AttributionCounters {
  uint64_t events = 0;
  uint64_t ring_dropped = 0;  // BPF ring was full
  uint64_t udp_events_capped = 0;
  uint64_t scans = 0;
  uint64_t run_ns = 0;  // program time, if the kernel counts it
  uint64_t runs = 0;
  uint64_t malformed = 0;            // records that could not be read
  uint64_t unowned = 0;              // sockets that became active and had no owner stored
  uint64_t sockets = 0;              // known now, closed ones of the last minutes with them
  uint64_t processes = 0;            // known now
  uint64_t sockets_refused = 0;      // no room, all that were known being open
  uint64_t sockets_forgotten = 0;    // closed ones that went before their time
  uint64_t processes_forgotten = 0;  // for want of room, while perhaps alive
};

class Attribution {
 public:
  virtual ~Attribution() = default;

  // A descriptor that becomes readable when there is something to consume, or -1.
  virtual int poll_fd() const = 0;
  // Consumes what has come and does what is due (rescans, forgetting).  `now`: monotonic.
  virtual void Poll(Time now) = 0;
  // `flow_age`: since its first packet.  A young flow without owner is kPending; an old one gets
  // its reason.
  virtual Owner Find(const SocketTuple& tuple, Duration flow_age) = 0;
  // Datagrams: whoever had `tuple` next after the socket `cookie`, which has had it and is closed;
  // in the same namespace, and a process's.  None: that one is open, or nobody had it since.
  struct Successor {
    Owner owner;
    Time opened = 0;  // monotonic
  };
  virtual std::optional<Successor> SuccessorOf(uint64_t /*cookie*/, const SocketTuple& /*tuple*/) {
    return std::nullopt;
  }
  // Appends the TCP sockets whose numbers have changed since the last call.
  virtual void TakeTcpChanges(std::vector<TcpChange>* /*out*/) {}
  virtual std::vector<BackendState> backends() const = 0;
  virtual AttributionCounters counters() const = 0;
};

// The best source that `handles` allow: L0, L1, else SCAN, else UID.  Never null.
std::unique_ptr<Attribution> MakeAttribution(const Handles& handles);
// For replays: every flow is kNone with kReplay.
std::unique_ptr<Attribution> MakeNoAttribution();

}  // namespace rustnet
