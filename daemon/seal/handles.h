// SPDX-License-Identifier: Apache-2.0
// Everything that is opened with privilege and used without it.  daemon/seal fills it, the other
// modules get it and only read from what is in it; nothing can be opened later.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/unique_fd.h"

struct pcap;  // libpcap's pcap_t

namespace rustnet {

struct CapturePlan;  // daemon/seal/open_capture_filter.h

// One live capture.  Copies share what they name; CloseCapture (open_capture.h) frees it once, or
// nobody does: the process owns it for its whole life.
struct CaptureHandle {
  pcap* handle = nullptr;  // where libpcap captures; null on Linux
  int fd = -1;             // its packet socket
  std::string name;        // "eth0"; empty for a spare
  uint32_t index = 0;      // interface index; 0 for a spare
  int link_type = 0;       // LINKTYPE_
  int snaplen = 0;         // bytes
  bool spare = false;      // not bound to an interface yet: waits for one that appears
  bool joined = false;     // member of a fanout group: cannot be bound to another interface
  int worker = 0;          // which worker reads it
  // Linux: the ring of TPACKET_V3 blocks (packet_mmap.rst), mapped.
  uint8_t* ring = nullptr;
  uint32_t block_size = 0;  // bytes
  uint32_t block_count = 0;
  std::shared_ptr<const CapturePlan> plan;
};

// Why BPF could not be loaded.
enum class BpfRefusal : uint8_t {
  kNone,
  kNotBuilt,
  kMissingCapability,
  kKernelTooOld,
  kNoBtf,
  kProgramRefused,
  kSystemError,
};

// Linux BPF (rung L0 or L1).  All -1/null where BPF could not be loaded: `refusal` says why, in one
// sentence.  Descriptors and memory belong to `object` and live as long as the process.
struct BpfHandles {
  int ring_map = -1;         // BPF_MAP_TYPE_RINGBUF, events of attribution/bpf/records.h
  int task_file_link = -1;   // bpf_iter_create on it reads every socket of every process
  int tcp_link = -1;         // likewise: the TCP numbers of sockets outside the host's namespace
  void* counters = nullptr;  // mmapped uint64_t[], indices in attribution/bpf/records.h
  void* object = nullptr;    // keeps links alive; never closed
  std::string rung;          // "L0", "L1", or "SCAN" or "UID" without BPF
  std::string refusal;
  BpfRefusal refusal_reason = BpfRefusal::kNone;
  bool loaded() const { return ring_map >= 0; }
  std::vector<std::string> missing;  // optional programs that did not load: "name: reason"
  std::vector<std::string> beyond;   // likewise, of those that rung L0 has more than L1
  std::vector<std::string> log;      // what libbpf said, shortened
};

// Who may do what; looked up before the seal, as /etc/group cannot be read after it.
struct AccessIds {
  uint32_t uid = 0;  // what the daemon runs as
  uint32_t gid = 0;
  int64_t reader_gid = -1;  // group rustnet; -1: no such group
  int64_t admin_gid = -1;   // group rustnet-admin
  int64_t owner_uid = -1;   // --owner-uid
};

struct Handles {
  std::vector<CaptureHandle> captures;
  std::vector<CaptureHandle> spares;
  BpfHandles bpf;
  UniqueFd link_events;                          // rtnetlink, RTMGRP_LINK | address groups
  UniqueFd link_dump;                            // rtnetlink, for RTM_GETLINK and RTM_GETADDR dumps
  UniqueFd sock_diag;                            // NETLINK_SOCK_DIAG of the host's namespace
  UniqueFd scan_broker;                          // to the scan broker (daemon/broker); rung SCAN
  std::string scan_refusal;                      // why there is none, on rung UID
  UniqueFd conntrack_events;                     // NETLINK_NETFILTER, groups of conntrack
  UniqueFd conntrack_dump;                       // the same, with the answer to a dump waiting
  std::string conntrack_refusal;                 // why these two could not be opened
  UniqueFd listener;                             // the API's Unix socket, listening
  UniqueFd state_dir;                            // O_PATH or directory, for history
  UniqueFd notify;                               // connected to $NOTIFY_SOCKET, for sd_notify
  std::vector<UniqueFd> capture_files;           // --read, in the order given; -1: see the next row
  std::vector<std::string> capture_file_errors;  // one for each: empty, or why it was not opened
  std::vector<UniqueFd> output_files;            // SealConfig::write_files, in the order given
  UniqueFd log;                                  // the log file, for appending; none: stderr
  std::string socket_path;
  uint64_t host_netns_cookie = 0;
  AccessIds access;
};

}  // namespace rustnet
