// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// Rung L0: fentry and fexit programs, which not every kernel permits.  They are loaded only where a
// trial has shown that it does.
#pragma once

#include "transfer.bpf.h"

// Kernels before 6.3 have no length tracepoints.
SEC("?fentry/tcp_sendmsg")
int BPF_PROG(OnTcpSend, struct sock *sk) {
  OnTransfer(sk, 1);
  return 0;
}

SEC("?fentry/tcp_recvmsg")
int BPF_PROG(OnTcpReceive, struct sock *sk) {
  OnTransfer(sk, 1);
  return 0;
}

SEC("?fentry/udp_sendmsg")
int BPF_PROG(OnUdpSend, struct sock *sk) {
  OnTransfer(sk, 1);
  return 0;
}

SEC("?fentry/udpv6_sendmsg")
int BPF_PROG(OnUdp6Send, struct sock *sk) {
  OnTransfer(sk, 1);
  return 0;
}

// Whoever accepts a connection has it, also without any I/O.  The function's parameters changed
// with kernel 6.10, so its result is asked for; that is a number to the verifier, so nothing can be
// stored with the socket.
SEC("?fexit/inet_csk_accept")
int OnAccepted(__u64 *context) {
  __u64 result = 0;
  if (bpf_get_func_ret(context, &result) != 0 || result == 0) return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  if (task->flags & PF_KTHREAD) return 0;
  struct sock *sk = (struct sock *)result;
  const uint64_t cookie = BPF_CORE_READ(sk, __sk_common.skc_cookie.counter);
  if (cookie == 0) return 0;  // nothing was told of it
  struct Owner own = {};
  FillOwner(&own.who, task, kRoleUser);
  TellCurrentProcess(own.who.tgid, own.who.exec_id, own.who.start);
  struct Tuple none = {};
  Tell(&own, kRecordHandoff, IPPROTO_TCP, BPF_CORE_READ(sk, __sk_common.skc_family), cookie, &none);
  return 0;
}
