// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Owners of sockets and the records about them.  `sk` is whatever the program type calls a socket
// (its context, a struct bpf_sock or a struct sock): the helpers and the verifier tell them apart.
#pragma once

#include "process.bpf.h"

#define AF_INET 2
#define AF_INET6 10

#define kTcpProtocol 6

enum { kTcpEstablished = 1, kTcpSynSent = 2, kTcpSynReceived = 3, kTcpClose = 7, kTcpListen = 10 };

struct Tuple {
  uint32_t local[4];  // network order
  uint32_t remote[4];
  uint16_t local_port;  // host order
  uint16_t remote_port;
};

INLINE int IsCurrent(const struct RecordOwner *owner) {
  struct task_struct *task = bpf_get_current_task_btf();
  return owner->tgid == (uint32_t)task->tgid &&
         owner->exec_id == (uint32_t)task->group_leader->self_exec_id;
}

INLINE uint64_t NetnsOf(const struct sock *sk) { return sk->__sk_common.skc_net.net->net_cookie; }

// The same where bpf_get_netns_cookie is not to be had (cgroup_skb before kernel 6.10).  A struct
// bpf_sock is a struct sock at run time; read from the stack it is a number to the verifier, which
// may be added to.
INLINE uint64_t NetnsOfUapi(struct bpf_sock *sk) {
  struct bpf_sock *held = sk;
  const struct sock *kernel = 0;
  bpf_probe_read_kernel(&kernel, sizeof kernel, &held);
  return BPF_CORE_READ(kernel, __sk_common.skc_net.net, net_cookie);
}

INLINE void Tell(struct Owner *own, uint8_t type, uint8_t protocol, uint16_t family,
                 uint64_t cookie, const struct Tuple *tuple) {
  struct SocketRecord *record = Reserve(sizeof *record);
  if (!record) return;
  FillHeader(&record->header, type, protocol, family);
  record->cookie = cookie;
  record->netns = own->netns;
  __builtin_memcpy(record->local, tuple->local, sizeof record->local);
  __builtin_memcpy(record->remote, tuple->remote, sizeof record->remote);
  record->local_port = tuple->local_port;
  record->remote_port = tuple->remote_port;
  record->reserved = 0;
  record->owner = own->who;
  own->told = 1;
  Submit(record);
}

INLINE void TellClosed(uint8_t protocol, uint64_t cookie) {
  struct CloseRecord *record = Reserve(sizeof *record);
  if (!record) return;
  FillHeader(&record->header, kRecordClose, protocol, AF_INET);
  record->cookie = cookie;
  Submit(record);
}

// What the kernel counts of a TCP socket.  0: it is none.
INLINE int TellTcp(struct sock *sk, uint8_t state) {
  const struct tcp_sock *tcp = (const struct tcp_sock *)bpf_skc_to_tcp_sock(sk);
  if (!tcp) return 0;
  struct TcpRecord *record = Reserve(sizeof *record);
  if (!record) return 1;
  FillHeader(&record->header, kRecordTcp, kTcpProtocol, AF_INET);
  record->header.state = state;
  record->cookie = bpf_get_socket_cookie(sk);
  record->bytes_acked = tcp->bytes_acked;
  record->bytes_sent = tcp->bytes_sent;
  record->bytes_received = tcp->bytes_received;
  record->srtt = tcp->srtt_us;
  record->mdev = tcp->mdev_us;
  record->min_rtt = tcp->rtt_min.s[0].v;
  record->retransmissions = tcp->total_retrans;
  record->congestion_window = tcp->snd_cwnd;
  record->delivered = tcp->rate_delivered;
  record->delivery_interval = tcp->rate_interval_us;
  record->mss = tcp->mss_cache;
  Submit(record);
  return 1;
}

// The current process becomes the owner of `sk`.  Null: no room for that, counted.
INLINE struct Owner *Claim(void *sk, uint64_t netns, uint8_t role) {
  struct Owner fresh = {.netns = netns};
  FillOwner(&fresh.who, bpf_get_current_task_btf(), role);
  struct Owner *own = bpf_sk_storage_get(&owners, sk, &fresh, BPF_SK_STORAGE_GET_F_CREATE);
  if (!own) {
    Count(kCounterStorageFailed);
    return 0;
  }
  own->who = fresh.who;
  TellCurrentProcess(fresh.who.tgid, fresh.who.exec_id, fresh.who.start);
  return own;
}

INLINE void TupleOf(const struct sock *sk, struct Tuple *tuple) {
  const struct sock_common *common = &sk->__sk_common;
  if (common->skc_family == AF_INET6 && bpf_core_field_exists(common->skc_v6_daddr)) {
    for (int i = 0; i < 4; ++i) {
      tuple->local[i] = common->skc_v6_rcv_saddr.in6_u.u6_addr32[i];
      tuple->remote[i] = common->skc_v6_daddr.in6_u.u6_addr32[i];
    }
  } else {
    tuple->local[0] = common->skc_rcv_saddr;
    tuple->remote[0] = common->skc_daddr;
  }
  tuple->local_port = common->skc_num;
  tuple->remote_port = bpf_ntohs(common->skc_dport);
}

// At most kFlowsPerSecond for each socket, so that one that talks to a million peers (DHT, scans)
// cannot push everybody else's records out of the ring.
INLINE int WithinRate(struct Owner *own) {
  const uint32_t second = bpf_ktime_get_ns() >> 30;
  if (own->window != second) {
    own->window = second;
    own->in_window = 0;
  }
  if (own->in_window >= kFlowsPerSecond) {
    Count(kCounterFlowsCapped);
    return 0;
  }
  ++own->in_window;
  return 1;
}
