// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What the BPF programs write to the ring, as C and as C++.  Host byte order unless said otherwise;
// every record begins with a RecordHeader.  Layouts are fixed: sizes are asserted on both sides.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
namespace rustnet::bpf {
#endif

enum {
  kRingBytes = 8 * 1024 * 1024,
  // A process may open or hand over this many flows per socket and second; more are counted as
  // capped, and user space answers them by the local port.
  kFlowsPerSecond = 256,
  kExeBytes = 1024,
  kDirectoryBytes = 512,
  kCgroupBytes = 512,
  kArgumentBytes = 512,
  kMaxParents = 4,
  kCommBytes = 16,
};

enum RecordType {
  kRecordProcess = 1,  // ProcessRecord
  kRecordConnect = 2,  // SocketRecord: TCP, before the SYN leaves
  kRecordAccept =
      3,  // SocketRecord: TCP, handshake done, not yet accepted; owner is the listener's
  kRecordListen = 4,   // SocketRecord: TCP, remote is zero
  kRecordBind = 5,     // SocketRecord: UDP and raw, remote is zero
  kRecordFlow = 6,     // SocketRecord: first packet of a UDP, ICMP or raw flow
  kRecordHandoff = 7,  // SocketRecord without addresses: another process, or the first to do I/O
  kRecordScan = 8,     // SocketRecord: found by the iterator; remote is zero if not connected
  kRecordClose = 9,    // CloseRecord
  kRecordExec = 10,    // ImageRecord: exec_id is the new image's
  kRecordExit = 11,    // ImageRecord
  kRecordTcp = 12,     // TcpRecord; with state 7 (closed) a CloseRecord too
};

enum OwnerRole {
  kRoleNone = 0,     // no process: the kernel's own socket, or one opened before the daemon
  kRoleCreate = 1,   // socket()
  kRoleConnect = 2,  // connect()
  kRoleListen = 3,   // listen(), and what was inherited from that
  kRoleSend = 4,     // sendto() on an unconnected socket
  kRoleUser = 5,     // did I/O on a socket that somebody else, or listen(), had made
  kRoleScan = 6,     // holds a descriptor
};

enum OwnerFlag { kOwnerKernelThread = 1 };
enum ProcessFlag {
  kProcessExeTruncated = 1,
  kProcessArgumentsTruncated = 2,
  kProcessDirectoryTruncated = 4,
};

// Indices of the mapped counters.
enum Counter {
  kCounterRingDropped = 0,    // records for which the ring had no room
  kCounterFlowsCapped = 1,    // flows beyond kFlowsPerSecond
  kCounterStorageFailed = 2,  // sockets for which no owner could be stored
  kCounterUnowned = 3,        // TCP sockets that became connected and had no owner
  kSettingHostNetns = 7,      // from user space: whose TCP sockets sock_diag shows
  kCounters = 8,
};

struct RecordHeader {
  uint8_t type;      // RecordType
  uint8_t protocol;  // IP protocol number of the socket or packet
  uint8_t family;    // 4 or 6
  uint8_t state;  // kRecordScan, kRecordTcp: TCP state of the kernel (1: established, 10: listen)
  uint32_t reserved;
  uint64_t time;  // CLOCK_MONOTONIC, ns
};

struct RecordOwner {
  uint32_t tgid;
  uint32_t tid;
  uint32_t uid;  // effective
  uint32_t exec_id;
  uint64_t start;  // of the thread group's leader, ns since boot
  char thread[kCommBytes];
  uint8_t role;   // OwnerRole
  uint8_t flags;  // OwnerFlag
  uint16_t reserved[3];
};

struct SocketRecord {
  struct RecordHeader header;
  uint64_t cookie;
  uint64_t netns;     // cookie; 0: not known
  uint8_t local[16];  // network order; IPv4 in the first 4 bytes
  uint8_t remote[16];
  uint16_t local_port;  // ICMP echo: the id
  uint16_t remote_port;
  uint32_t reserved;
  struct RecordOwner owner;
};

struct CloseRecord {
  struct RecordHeader header;
  uint64_t cookie;
};

// Of struct tcp_sock, in the kernel's own units.
struct TcpRecord {
  struct RecordHeader header;
  uint64_t cookie;
  uint64_t bytes_acked;
  uint64_t bytes_sent;
  uint64_t bytes_received;
  uint32_t srtt;     // 1/8 us
  uint32_t mdev;     // 1/4 us
  uint32_t min_rtt;  // us; 4294967295: none
  uint32_t retransmissions;
  uint32_t congestion_window;
  uint32_t delivered;          // segments of `mss` bytes, in `delivery_interval`
  uint32_t delivery_interval;  // us
  uint32_t mss;
};

struct ImageRecord {
  struct RecordHeader header;
  uint64_t start;
  uint32_t tgid;
  uint32_t exec_id;
};

struct ParentRecord {
  uint64_t start;
  uint32_t tgid;
  uint32_t reserved;
  char comm[kCommBytes];
};

struct ProcessRecord {
  struct RecordHeader header;
  uint64_t start;
  uint32_t tgid;
  uint32_t exec_id;
  uint32_t uid;
  uint32_t gid;
  uint32_t login_uid;      // 4294967295: none
  uint32_t namespace_pid;  // 0: the process is in the initial pid namespace
  uint64_t capabilities;   // effective
  uint32_t flags;          // ProcessFlag
  uint16_t exe_bytes;
  uint16_t cgroup_bytes;
  uint16_t argument_bytes;
  uint16_t directory_bytes;  // 0: the root directory
  uint16_t reserved[2];
  char comm[kCommBytes];  // the leader's
  struct ParentRecord parents[kMaxParents];
  char exe[kExeBytes];              // path components, the last one first, each ended by NUL
  char cgroup[kCgroupBytes];        // likewise
  char arguments[kArgumentBytes];   // each ended by NUL
  char directory[kDirectoryBytes];  // the working directory, as `exe`
};

enum {
  kSocketRecordSize = 120,
  kCloseRecordSize = 24,
  kTcpRecordSize = 80,
  kImageRecordSize = 32,
  kProcessRecordSize = 2776,
};

#ifdef __cplusplus
}  // namespace rustnet::bpf
#endif
