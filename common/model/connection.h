// SPDX-License-Identifier: Apache-2.0
// One connection as filters, sort keys, renderers and the API see it: rustnet.v1.Connection as a
// plain value.  The enums have the numbers of the proto (convert.cc asserts it), so nothing is
// translated twice.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ip_address.h"
#include "common/base/time.h"

namespace rustnet::model {

enum class Protocol : uint8_t {
  kUnspecified,
  kTcp,
  kUdp,
  kIcmp,
  kIcmpv6,
  kIgmp,
  kSctp,
  kGre,
  kEsp,
  kAh,
  kArp,
  kIpOther,
  kLink
};
enum class Direction : uint8_t { kUnspecified, kOutgoing, kIncoming, kLocal, kTransit };
enum class State : uint8_t {
  kUnspecified = 0,
  kTcpSynSent = 1,
  kTcpSynReceived = 2,
  kTcpEstablished = 3,
  kTcpFinWait1 = 4,
  kTcpFinWait2 = 5,
  kTcpCloseWait = 6,
  kTcpClosing = 7,
  kTcpLastAck = 8,
  kTcpTimeWait = 9,
  kTcpClosed = 10,
  kTcpReset = 11,
  kTcpUnknown = 12,
  kUdpActive = 20,
  kUdpIdle = 21,
  kUdpStale = 22,
  kQuicInitial = 30,
  kQuicHandshake = 31,
  kQuicConnected = 32,
  kQuicDraining = 33,
  kQuicClosed = 34,
};
enum class Quality : uint8_t {
  kUnspecified,
  kExact,
  kHandoff,
  kListenerInherited,
  kScanned,
  kUidOnly,
  kKernel,
  kNone,
  kNetnsUnique
};
enum class NoOwner : uint8_t {
  kUnspecified,
  kPending,
  kNotLocal,
  kForwarded,
  kSocketClosedBeforeStart,
  kOtherNetns,
  kLostEvent,
  kKernel,
  kBackendLimit,
  kReplay,
};
enum class NameSource : uint8_t {
  kUnspecified,
  kSni,
  kHttpHost,
  kDnsAnswer,
  kMdns,
  kPtr,
  kLlmnr,
  kNetbios,
  kDhcp
};
enum class AddressKind : uint8_t { kUnspecified, kUnicast, kMulticast, kBroadcast, kGateway };
enum class Evidence : uint8_t { kUnspecified, kHandshake, kSignature, kPort };
enum class RttSource : uint8_t { kUnspecified, kKernel, kPackets, kHandshake, kApplication };

struct ProcessRef {
  uint32_t pid = 0;
  uint64_t start_time_ns = 0;
  uint32_t exec_id = 0;
  std::string name;
  std::string executable;
};

struct Process {
  std::optional<uint32_t> pid;
  std::string name;
  std::string executable;
  std::optional<uint32_t> uid;
  Quality quality = Quality::kUnspecified;
  NoOwner reason = NoOwner::kUnspecified;
  uint64_t start_time_ns = 0;
  uint32_t exec_id = 0;
  std::string unit;
  std::string container_id;
  std::string container_runtime;  // "docker"
  std::string pod_uid;
  // Detail: not in rows.
  std::vector<std::string> cmdline;
  std::string cwd;
  std::string lsm_label;
  std::vector<ProcessRef> parents;
  std::string cgroup;
  std::optional<uint32_t> gid;
  std::optional<uint32_t> login_uid;
  std::optional<uint64_t> capabilities;
  std::string thread_name;
  std::optional<uint32_t> namespace_pid;
  std::optional<ProcessRef> creator;  // who made or listened on the socket, if another

  bool present() const {
    return pid || uid || quality != Quality::kUnspecified || reason != NoOwner::kUnspecified ||
           !name.empty();
  }
};

struct RemoteName {
  std::string name;
  NameSource source = NameSource::kUnspecified;
};

struct Endpoint {
  std::string address;  // canonical; MAC if no IP
  IpAddress ip;         // none if `address` is a MAC
  uint32_t port = 0;
  AddressKind kind = AddressKind::kUnspecified;
  std::vector<RemoteName> names;  // best first
  std::string country;
  uint32_t asn = 0;
  std::string mac;
};

struct Application {
  std::string protocol;  // first proved, else a guess by port (evidence kPort)
  std::string name;      // SNI, host, queried name
  std::string summary;
  std::vector<std::string> protocols;
  Evidence evidence = Evidence::kUnspecified;
  struct Field {
    std::string name;
    std::vector<std::string> values;
  };
  std::vector<Field> fields;  // detail

  bool present() const {
    return !protocol.empty() || !name.empty() || !summary.empty() ||
           evidence != Evidence::kUnspecified;
  }
};

// Sent and received as the local end has it (or, with Direction::kTransit, the end that began).
struct Counters {
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t packets_sent = 0;
  uint64_t packets_received = 0;
  uint64_t send_rate = 0;  // bytes per second
  uint64_t receive_rate = 0;
};

// TCP_INFO of the local end's socket.
struct KernelTcp {
  std::optional<uint32_t> smoothed_rtt_us;
  std::optional<uint32_t> rtt_variance_us;
  std::optional<uint32_t> minimum_rtt_us;
  std::optional<uint32_t> congestion_window;  // segments
  std::optional<uint64_t> delivery_rate;      // bytes per second
  uint32_t retransmissions = 0;
  uint64_t bytes_acked = 0;     // SYN and FIN count one each
  uint64_t bytes_received = 0;  // FIN counts one
  uint64_t bytes_sent = 0;      // payload, repeated ones too
  bool final = false;           // the socket is closed
  std::optional<uint32_t> mss;  // bytes of a sent segment
};

// As seen in packets, and beside it what the kernel says.
struct TcpMetrics {
  std::optional<uint32_t> handshake_rtt_us;
  uint32_t retransmissions = 0;
  uint32_t out_of_order = 0;
  uint32_t duplicate_acks = 0;
  uint32_t fast_retransmissions = 0;
  uint32_t gaps = 0;
  std::optional<uint32_t> smoothed_rtt_us;
  std::optional<uint32_t> window_bytes;
  uint64_t payload_sent = 0;  // bytes, repeated ones too
  uint64_t payload_received = 0;
  std::optional<KernelTcp> kernel;
};

// What another interface saw of the same packets.
struct InterfaceCopy {
  std::string interface;
  uint64_t packets = 0;
  uint64_t bytes = 0;
};

struct Connection {
  uint64_t id = 0;
  Protocol protocol = Protocol::kUnspecified;
  Direction direction = Direction::kUnspecified;
  State state = State::kUnspecified;
  Endpoint local;
  Endpoint remote;
  Process process;
  std::optional<Process> peer_process;
  Application application;
  Counters counters;
  std::optional<TcpMetrics> tcp;
  Time first_seen = 0;
  Time last_seen = 0;
  std::string interface;
  bool historic = false;
  std::vector<uint32_t> vlan_ids;
  std::optional<uint32_t> rtt_us;
  RttSource rtt_source = RttSource::kUnspecified;
  std::string state_text;
  uint32_t ip_protocol = 0;
  std::vector<std::string> tunnel;
  uint32_t idle_timeout_seconds = 0;
  uint64_t netns = 0;
  std::vector<InterfaceCopy> copies;  // detail
};

// The words of the user interface, the filter language and csv: "tcp", "ESTABLISHED", "outgoing",
// "exact".
std::string_view Name(Protocol protocol);
std::string_view Name(Direction direction);
std::string_view Name(State state);
std::string_view Name(Quality quality);
std::string_view Name(NoOwner reason);
std::string_view Name(NameSource source);
std::string StateText(const Connection& connection);  // state_text if set, else Name(state)

}  // namespace rustnet::model
