// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The maps, the counters, and the ring's rules: a record that finds no room is counted, and nothing
// that was to be remembered about it is remembered, so that it is told again.
#pragma once

// libbpf's headers need the types of the first and do not include it.
// clang-format off
#include "vmlinux.h"
// clang-format on

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "records.h"

_Static_assert(sizeof(struct SocketRecord) == kSocketRecordSize, "layout");
_Static_assert(sizeof(struct CloseRecord) == kCloseRecordSize, "layout");
_Static_assert(sizeof(struct TcpRecord) == kTcpRecordSize, "layout");
_Static_assert(sizeof(struct ImageRecord) == kImageRecordSize, "layout");
_Static_assert(sizeof(struct ProcessRecord) == kProcessRecordSize, "layout");

#define INLINE static __attribute__((always_inline)) inline

// Who owns a socket, kept with the socket; a child of a listener gets a copy when it is made.
struct Owner {
  struct RecordOwner who;
  uint64_t netns;
  uint64_t last_flow;  // hash of the flow told last
  uint32_t window;     // the second that `in_window` counts
  uint32_t in_window;
  uint32_t told;  // user space knows the socket and has to hear of its end
  uint32_t reserved;
};

struct ProcessKey {
  uint32_t tgid;
  uint32_t exec_id;
  uint64_t start;
};

struct FlowKey {
  uint64_t cookie;
  uint64_t hash;
};

struct {
  __uint(type, BPF_MAP_TYPE_SK_STORAGE);
  __uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
  __type(key, int);
  __type(value, struct Owner);
} owners SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, kRingBytes);
} ring SEC(".maps");

// The processes that user space has been told of.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 16384);
  __type(key, struct ProcessKey);
  __type(value, uint8_t);
} told SEC(".maps");

// The flows of unconnected sockets that it has been told of.
struct {
  __uint(type, BPF_MAP_TYPE_LRU_HASH);
  __uint(max_entries, 65536);
  __type(key, struct FlowKey);
  __type(value, uint8_t);
} flows SEC(".maps");

uint64_t counters[kCounters];

INLINE void Count(enum Counter which) { __sync_fetch_and_add(&counters[which], 1); }

INLINE void *Reserve(uint64_t size) {
  void *record = bpf_ringbuf_reserve(&ring, size, 0);
  if (!record) Count(kCounterRingDropped);
  return record;
}

// The reader comes by itself several times a second: waking it for every record would cost more
// than the record does.
INLINE void Submit(void *record) {
  const uint64_t waiting = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  bpf_ringbuf_submit(record, waiting > kRingBytes / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP);
}

INLINE void FillHeader(struct RecordHeader *header, uint8_t type, uint8_t protocol,
                       uint16_t family) {
  header->type = type;
  header->protocol = protocol;
  header->family = family == 2 ? 4 : 6;  // AF_INET
  header->state = 0;
  header->reserved = 0;
  header->time = bpf_ktime_get_ns();
}
