// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The few kernel types that the programs read, with the members they read and no others.  Offsets
// are not these but the running kernel's: CO-RE relocates every access by name.
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

typedef int pid_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
  uint32_t val;
} kuid_t;
typedef struct {
  uint32_t val;
} kgid_t;
// Two 32-bit words before kernel 6.3, one 64-bit word since: 8 bytes either way.
typedef struct {
  uint64_t val;
} kernel_cap_t;
typedef struct {
  int counter;
} atomic_t;
typedef struct {
  int64_t counter;
} atomic64_t;

struct cred {
  kuid_t euid;
  kgid_t egid;
  kernel_cap_t cap_effective;
};

struct qstr {
  const unsigned char *name;
};
struct dentry {
  struct dentry *d_parent;
  struct qstr d_name;
};
struct vfsmount {
  struct dentry *mnt_root;
};
struct mount {
  struct mount *mnt_parent;
  struct dentry *mnt_mountpoint;
  struct vfsmount mnt;
};
struct path {
  struct vfsmount *mnt;
  struct dentry *dentry;
};
struct file {
  struct path f_path;
};
struct fs_struct {
  struct path root;
  struct path pwd;
};
struct mm_struct {
  unsigned long arg_start;
  unsigned long arg_end;
  struct file *exe_file;
};

struct upid {
  int nr;
};
struct pid {
  unsigned int level;
  struct upid numbers[];
};

struct kernfs_node {
  struct kernfs_node *parent;
  const char *name;
};
// kernfs_node::parent has had this name since kernel 6.15.
struct kernfs_node___renamed {
  struct kernfs_node *__parent;
};
struct cgroup {
  struct kernfs_node *kn;
};
struct css_set {
  struct cgroup *dfl_cgrp;
};

struct signal_struct {
  atomic_t live;
};

struct task_struct {
  unsigned int flags;
  pid_t pid;
  pid_t tgid;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  struct pid *thread_pid;
  uint64_t start_boottime;
  kuid_t loginuid;
  uint64_t self_exec_id;
  const struct cred *cred;
  char comm[16];
  struct mm_struct *mm;
  struct fs_struct *fs;
  struct css_set *cgroups;
  struct signal_struct *signal;
};

struct net {
  uint64_t net_cookie;
};
typedef struct {
  struct net *net;
} possible_net_t;

struct in6_addr {
  union {
    uint32_t u6_addr32[4];
  } in6_u;
};

struct sock_common {
  uint32_t skc_daddr;
  uint32_t skc_rcv_saddr;
  uint16_t skc_dport;
  uint16_t skc_num;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
  atomic64_t skc_cookie;
};
struct sock {
  struct sock_common __sk_common;
  uint16_t sk_protocol;
};
struct minmax_sample {
  uint32_t v;
};
struct minmax {
  struct minmax_sample s[3];
};
struct tcp_sock {
  uint64_t bytes_received;
  uint64_t bytes_sent;
  uint64_t bytes_acked;
  uint32_t srtt_us;
  uint32_t mdev_us;
  struct minmax rtt_min;
  uint32_t total_retrans;
  uint32_t snd_cwnd;
  uint32_t rate_delivered;
  uint32_t rate_interval_us;
  uint32_t mss_cache;
};
struct socket {
  struct sock *sk;
};

struct seq_file;
struct bpf_iter_meta {
  struct seq_file *seq;
};
struct bpf_iter__task_file {
  struct bpf_iter_meta *meta;
  struct task_struct *task;
  uint32_t fd;
  struct file *file;
};

#pragma clang attribute pop
