// SPDX-License-Identifier: Apache-2.0
// Everything that is opened with privilege and used without it.  daemon/seal fills it, the other
// modules get it and only read from what is in it; nothing can be opened later.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/base/unique_fd.h"

struct pcap;  // libpcap's pcap_t

namespace rustnet {

// One live capture.  `pcap` is closed by its owner (capture/) or never: the process owns it for its
// whole life.
struct CaptureHandle {
  pcap* handle = nullptr;
  int fd = -1;         // its packet socket, borrowed from libpcap
  std::string name;    // "eth0"; empty for a spare
  uint32_t index = 0;  // interface index; 0 for a spare
  int link_type = 0;   // DLT_
  int snaplen = 0;
  bool spare = false;  // not bound to an interface yet: waits for one that appears
};

// Linux BPF (rung L1).  All -1/null where BPF could not be loaded: `refusal` says why, in one
// sentence.
struct BpfHandles {
  int ring_map = -1;  // BPF_MAP_TYPE_RINGBUF, events of attribution/bpf/records.h
  int task_file_link =
      -1;  // iterator link: bpf_iter_create on it reads every socket of every process
  const void* counters = nullptr;  // mmapped, attribution/bpf/records.h
  void* object = nullptr;          // keeps links alive; never closed
  std::string rung;                // "L1", "UID"
  std::string refusal;
  std::vector<std::string> missing;  // optional programs that did not load: "name: reason"
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
  UniqueFd link_events;                 // rtnetlink, RTMGRP_LINK | address groups
  UniqueFd link_dump;                   // rtnetlink, for RTM_GETLINK and RTM_GETADDR dumps
  UniqueFd sock_diag;                   // NETLINK_SOCK_DIAG of the host's namespace
  UniqueFd listener;                    // the API's Unix socket, listening
  UniqueFd state_dir;                   // O_PATH or directory, for history
  UniqueFd notify;                      // connected to $NOTIFY_SOCKET, for sd_notify
  std::vector<UniqueFd> capture_files;  // --read, in the order given
  std::string socket_path;
  uint64_t host_netns_cookie = 0;
  AccessIds access;
};

}  // namespace rustnet
