// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Sockets that change hands.
#pragma once

#include "packet.bpf.h"

// Whoever moves bytes has the socket: forked children, accepted and passed descriptors.  A kernel
// thread that works for a process does not take it away.
INLINE void OnTransfer(struct sock *sk, int bytes) {
  const uint16_t family = sk->__sk_common.skc_family;
  if (bytes <= 0 || (family != AF_INET && family != AF_INET6)) return;
  struct Owner *own = bpf_sk_storage_get(&owners, sk, 0, 0);
  if (!own) return;
  const uint8_t role = own->who.role;
  if (IsCurrent(&own->who) && role != kRoleListen && role != kRoleScan) return;
  if (bpf_get_current_task_btf()->flags & PF_KTHREAD) return;
  own = Claim(sk, NetnsOf(sk), kRoleUser);
  if (!own || !own->told || !WithinRate(own)) return;
  struct Tuple none = {};
  Tell(own, kRecordHandoff, sk->sk_protocol, family, bpf_get_socket_cookie(sk), &none);
}

SEC("tp_btf/sock_send_length")
int BPF_PROG(OnSendLength, struct sock *sk, int bytes, int flags) {
  OnTransfer(sk, bytes);
  return 0;
}

SEC("tp_btf/sock_recv_length")
int BPF_PROG(OnReceiveLength, struct sock *sk, int bytes, int flags) {
  OnTransfer(sk, bytes);
  return 0;
}
