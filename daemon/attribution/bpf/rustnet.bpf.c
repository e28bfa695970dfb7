// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Which process owns which socket, from the kernel's own events; no trampoline is needed for rung
// L1 (tp_btf, cgroup, sockops and iterator programs alone).
//
// An owner is stored with the socket while its process is current; what happens later in softirq
// (accept, egress) reads it from there.  Cgroup programs return 1 on every path: 0 would forbid
// what the process asked for.
#include "trampolines.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define kAllow 1

// The sockets of the kernel itself share one rate.
static uint32_t kernel_window;
static uint32_t kernel_in_window;

INLINE void TellSocket(const struct sock *sk, struct Owner *own, uint8_t type) {
  struct Tuple tuple = {};
  TupleOf(sk, &tuple);
  Tell(own, type, IPPROTO_TCP, sk->__sk_common.skc_family, bpf_get_socket_cookie((void *)sk),
       &tuple);
}

// CLOSE to SYN_SENT and to LISTEN are run by the process that calls; the rest is not.  At SYN_SENT
// the source port is not chosen yet: OnTcpConnect tells it.
SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(OnTcpState, const struct sock *sk, int before, int after) {
  if (sk->sk_protocol != IPPROTO_TCP) return 0;
  if (after == kTcpSynSent) {
    Claim((void *)sk, NetnsOf(sk), kRoleConnect);
  } else if (after == kTcpListen) {
    struct Owner *own = Claim((void *)sk, NetnsOf(sk), kRoleListen);
    if (own) TellSocket(sk, own, kRecordListen);
  } else if (after == kTcpEstablished && before == kTcpSynReceived) {
    struct Owner *own = bpf_sk_storage_get(&owners, (void *)sk, 0, 0);
    if (!own) {
      Count(kCounterUnowned);
    } else if (own->who.role != kRoleConnect) {  // else: a simultaneous open
      TellSocket(sk, own, kRecordAccept);
    }
  } else if (after == kTcpClose) {
    struct Owner *own = bpf_sk_storage_get(&owners, (void *)sk, 0, 0);
    if (!own || !own->told) return 0;
    if (!TellTcp((void *)sk, after)) TellClosed(IPPROTO_TCP, bpf_get_socket_cookie((void *)sk));
  }
  return 0;
}

SEC("sockops")
int OnTcpConnect(struct bpf_sock_ops *ops) {
  if (ops->op != BPF_SOCK_OPS_TCP_CONNECT_CB) return kAllow;
  struct bpf_sock *sk = ops->sk;
  if (!sk) return kAllow;
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (!own) {
    Count(kCounterUnowned);
    return kAllow;
  }
  const struct sock *tcp = (struct sock *)bpf_skc_to_tcp_sock(sk);
  if (!tcp) return kAllow;
  struct Tuple tuple = {};
  TupleOf(tcp, &tuple);
  Tell(own, kRecordConnect, IPPROTO_TCP, ops->family, bpf_get_socket_cookie(ops), &tuple);
  return kAllow;
}

SEC("cgroup/sock_create")
int OnCreate(struct bpf_sock *sk) {
  if (sk->protocol != IPPROTO_TCP) Claim(sk, bpf_get_netns_cookie(sk), kRoleCreate);
  return kAllow;
}

// UDP and raw: whoever connects or sends has the socket from then on.
INLINE void ClaimByAddress(struct bpf_sock_addr *address, uint8_t role) {
  struct bpf_sock *sk = address->sk;
  if (!sk || address->protocol == IPPROTO_TCP) return;
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (own && IsCurrent(&own->who)) {
    own->who.role = role;
    return;
  }
  own = Claim(sk, bpf_get_netns_cookie(address), role);
  if (!own || !own->told) return;
  struct Tuple none = {};
  Tell(own, kRecordHandoff, address->protocol, address->family, bpf_get_socket_cookie(address),
       &none);
}

SEC("cgroup/connect4")
int OnConnect4(struct bpf_sock_addr *address) {
  ClaimByAddress(address, kRoleConnect);
  return kAllow;
}

SEC("cgroup/connect6")
int OnConnect6(struct bpf_sock_addr *address) {
  ClaimByAddress(address, kRoleConnect);
  return kAllow;
}

SEC("cgroup/sendmsg4")
int OnSend4(struct bpf_sock_addr *address) {
  ClaimByAddress(address, kRoleSend);
  return kAllow;
}

SEC("cgroup/sendmsg6")
int OnSend6(struct bpf_sock_addr *address) {
  ClaimByAddress(address, kRoleSend);
  return kAllow;
}

INLINE void TellBound(struct bpf_sock *sk, const struct Tuple *tuple) {
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (!own) own = Claim(sk, bpf_get_netns_cookie(sk), kRoleCreate);
  if (!own) return;
  Tell(own, kRecordBind, sk->protocol, sk->family, bpf_get_socket_cookie(sk), tuple);
}

SEC("cgroup/post_bind4")
int OnBind4(struct bpf_sock *sk) {
  if (sk->protocol == IPPROTO_TCP) return kAllow;
  struct Tuple tuple = {.local = {sk->src_ip4}, .local_port = sk->src_port};
  TellBound(sk, &tuple);
  return kAllow;
}

SEC("cgroup/post_bind6")
int OnBind6(struct bpf_sock *sk) {
  if (sk->protocol == IPPROTO_TCP) return kAllow;
  struct Tuple tuple = {.local_port = sk->src_port};
  tuple.local[0] = sk->src_ip6[0];
  tuple.local[1] = sk->src_ip6[1];
  tuple.local[2] = sk->src_ip6[2];
  tuple.local[3] = sk->src_ip6[3];
  TellBound(sk, &tuple);
  return kAllow;
}

// TCP ends with its state, not with its descriptor.
SEC("cgroup/sock_release")
int OnRelease(struct bpf_sock *sk) {
  if (sk->protocol == IPPROTO_TCP) return kAllow;
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (own && own->told) TellClosed(sk->protocol, bpf_get_socket_cookie(sk));
  return kAllow;
}

// A packet of a socket that no process has: echo replies, neighbour discovery, WireGuard.
INLINE void TellKernelFlow(struct __sk_buff *skb, struct bpf_sock *sk,
                           const struct PacketTuple *packet) {
  const struct FlowKey key = {.cookie = bpf_get_socket_cookie(skb), .hash = HashPacket(packet)};
  const uint8_t yes = 1;
  if (bpf_map_lookup_elem(&flows, &key)) return;
  const uint32_t second = bpf_ktime_get_ns() >> 30;
  if (kernel_window != second) {
    kernel_window = second;
    kernel_in_window = 0;
  }
  if (kernel_in_window >= kFlowsPerSecond) {
    Count(kCounterFlowsCapped);
    return;
  }
  ++kernel_in_window;
  struct Owner none = {.netns = NetnsOfUapi(sk)};
  Tell(&none, kRecordFlow, packet->protocol, packet->family, key.cookie, &packet->tuple);
  if (none.told) bpf_map_update_elem(&flows, &key, &yes, BPF_ANY);
}

SEC("cgroup_skb/egress")
int OnEgress(struct __sk_buff *skb) {
  struct bpf_sock *sk = skb->sk;
  if (!sk) return kAllow;
  sk = bpf_sk_fullsock(sk);
  if (!sk || sk->protocol == IPPROTO_TCP) return kAllow;
  struct PacketTuple packet = {};
  if (!ReadPacket(skb, &packet)) return kAllow;
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (!own) {
    TellKernelFlow(skb, sk, &packet);
    return kAllow;
  }
  const struct FlowKey key = {.cookie = bpf_get_socket_cookie(skb), .hash = HashPacket(&packet)};
  if (own->last_flow == key.hash) return kAllow;
  if (bpf_map_lookup_elem(&flows, &key)) {
    own->last_flow = key.hash;
    return kAllow;
  }
  if (!WithinRate(own)) return kAllow;
  const uint8_t yes = 1;
  const uint32_t told_before = own->told;
  own->told = 0;
  Tell(own, kRecordFlow, packet.protocol, packet.family, key.cookie, &packet.tuple);
  if (!own->told) {  // no room: the next packet tries again
    own->told = told_before;
    return kAllow;
  }
  own->last_flow = key.hash;
  bpf_map_update_elem(&flows, &key, &yes, BPF_ANY);
  return kAllow;
}

INLINE void TellImage(uint8_t type, const struct ProcessKey *key) {
  struct ImageRecord *record = Reserve(sizeof *record);
  if (!record) return;
  FillHeader(&record->header, type, 0, AF_INET);
  record->start = key->start;
  record->tgid = key->tgid;
  record->exec_id = key->exec_id;
  Submit(record);
}

// Sockets that survive an exec belong to the new image.
SEC("tp_btf/sched_process_exec")
int BPF_PROG(OnExec, struct task_struct *task) {
  struct ProcessKey key = {.tgid = task->tgid, .start = task->group_leader->start_boottime};
  const uint32_t image = task->group_leader->self_exec_id;
  key.exec_id = image - 1;
  if (!bpf_map_lookup_elem(&told, &key)) return 0;
  key.exec_id = image;
  TellCurrentProcess(key.tgid, key.exec_id, key.start);
  TellImage(kRecordExec, &key);
  return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(OnExit, struct task_struct *task) {
  if (task->signal->live.counter != 0) return 0;
  struct task_struct *leader = task->group_leader;
  struct ProcessKey key = {
      .tgid = task->tgid, .exec_id = leader->self_exec_id, .start = leader->start_boottime};
  if (bpf_map_lookup_elem(&told, &key)) TellImage(kRecordExit, &key);
  return 0;
}

// Tells of a process that is not the current one, unless it has been told.
INLINE void TellProcess(struct task_struct *task, const struct RecordOwner *owner) {
  struct ProcessKey key = {.tgid = owner->tgid, .exec_id = owner->exec_id, .start = owner->start};
  const uint8_t yes = 1;
  if (bpf_map_lookup_elem(&told, &key)) return;
  struct ProcessRecord *record = BeginProcess(task, &key);
  if (!record) return;
  const uint64_t from = BPF_CORE_READ(task, mm, arg_start);
  const uint32_t bytes = ArgumentBytes(record, from, BPF_CORE_READ(task, mm, arg_end));
  if (bytes > 0 && bytes <= kArgumentBytes &&
      bpf_copy_from_user_task(record->arguments, bytes, (const void *)from, task, 0) == 0) {
    record->argument_bytes = bytes;
  }
  Submit(record);
  bpf_map_update_elem(&told, &key, &yes, BPF_ANY);
}

// Several may hold a socket that was opened before we looked: init keeps those of services that it
// activates, else whoever started first had it before its children did.
INLINE int IsLikelierHolder(const struct RecordOwner *a, const struct RecordOwner *b) {
  if (a->tgid == 1 || b->tgid == 1) return b->tgid == 1 && a->tgid != 1;
  return a->start < b->start;
}

// Every socket that a process holds.  One that has no owner yet gets the likeliest holder; one that
// has is told as it is.  One byte is written for each, so that the reader can stop to empty the
// ring.
SEC("iter.s/task_file")
int OnScan(struct bpf_iter__task_file *context) {
  struct task_struct *task = context->task;
  struct file *file = context->file;
  if (!task || !file) return 0;
  struct socket *socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock *sk = socket->sk;
  if (!sk) return 0;
  const uint16_t family = sk->__sk_common.skc_family;
  if (family != AF_INET && family != AF_INET6) return 0;
  struct Owner seed = {.netns = NetnsOf(sk)};
  FillOwner(&seed.who, task, kRoleScan);
  struct Owner *own = bpf_sk_storage_get(&owners, sk, &seed, BPF_SK_STORAGE_GET_F_CREATE);
  if (!own) {
    Count(kCounterStorageFailed);
    return 0;
  }
  if (own->who.role == kRoleScan && IsLikelierHolder(&seed.who, &own->who)) own->who = seed.who;
  if (own->who.tgid == seed.who.tgid && own->who.exec_id == seed.who.exec_id) {
    TellProcess(task, &seed.who);
  }
  struct Tuple tuple = {};
  TupleOf(sk, &tuple);
  if (tuple.local_port == 0) return 0;  // neither bound nor connected
  struct SocketRecord *record = Reserve(sizeof *record);
  if (!record) return 0;
  FillHeader(&record->header, kRecordScan, sk->sk_protocol, family);
  record->header.state = sk->__sk_common.skc_state;
  record->cookie = bpf_get_socket_cookie(sk);
  record->netns = own->netns;
  __builtin_memcpy(record->local, tuple.local, sizeof record->local);
  __builtin_memcpy(record->remote, tuple.remote, sizeof record->remote);
  record->local_port = tuple.local_port;
  record->remote_port = tuple.remote_port;
  record->reserved = 0;
  record->owner = own->who;
  own->told = 1;
  Submit(record);
  const char mark = 0;
  bpf_seq_write(context->meta->seq, &mark, sizeof mark);
  return 0;
}

// The numbers of TCP sockets that sock_diag does not show.  Marks as above.
SEC("iter/task_file")
int OnTcpScan(struct bpf_iter__task_file *context) {
  struct file *file = context->file;
  if (!context->task || !file) return 0;
  struct socket *socket = bpf_sock_from_file(file);
  if (!socket) return 0;
  struct sock *sk = socket->sk;
  if (!sk) return 0;
  const uint16_t family = sk->__sk_common.skc_family;
  if ((family != AF_INET && family != AF_INET6) || sk->sk_protocol != IPPROTO_TCP) return 0;
  const uint8_t state = sk->__sk_common.skc_state;
  if (state == kTcpListen || state == kTcpClose || NetnsOf(sk) == counters[kSettingHostNetns])
    return 0;
  if (!TellTcp(sk, state)) return 0;
  const char mark = 0;
  bpf_seq_write(context->meta->seq, &mark, sizeof mark);
  return 0;
}
