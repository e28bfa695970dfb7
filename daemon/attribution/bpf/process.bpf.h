// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// What a process is: told once for each of its images, when it first has to do with a socket.
// TellCurrentProcess is a global function, so the verifier walks it once for each program and not
// once for each call.
#pragma once

#include "maps.bpf.h"

#define PF_KTHREAD 0x00200000  // include/linux/sched.h

#define kMaxPathSteps 64  // components and mounts
#define kMaxCgroupDepth 16
#define kLongestName 256  // NAME_MAX and its NUL

INLINE void FillOwner(struct RecordOwner *owner, struct task_struct *task, uint8_t role) {
  struct task_struct *leader = task->group_leader;
  owner->tgid = task->tgid;
  owner->tid = task->pid;
  owner->uid = task->cred->euid.val;
  owner->exec_id = leader->self_exec_id;
  owner->start = leader->start_boottime;
  bpf_probe_read_kernel_str(owner->thread, kCommBytes, task->comm);
  owner->role = role;
  owner->flags = task->flags & PF_KTHREAD ? kOwnerKernelThread : 0;
  owner->reserved[0] = owner->reserved[1] = owner->reserved[2] = 0;
}

INLINE struct ProcessKey KeyOf(const struct RecordOwner *owner) {
  struct ProcessKey key = {.tgid = owner->tgid, .exec_id = owner->exec_id, .start = owner->start};
  return key;
}

// Appends a name and its NUL; 0 if there is no room for the longest.
INLINE uint32_t AppendName(char *text, uint32_t at, uint32_t capacity, const void *name) {
  if (at > capacity - kLongestName) return 0;
  const long n = bpf_probe_read_kernel_str(text + at, kLongestName, name);
  if (n <= 0) return 0;
  return at + (n & 0x1ff);
}

// Loops are calls of bpf_loop: the verifier walks their body a few times and not once for each
// round, of which it would do the rest of the program anew.

struct PathWalk {
  struct ProcessRecord *record;
  struct path root;  // of the process
  struct dentry *dentry;
  struct mount *mount;
  uint32_t at;
  uint32_t whole;
};

INLINE struct vfsmount *VfsOf(struct mount *mount) {
  return (void *)mount + bpf_core_field_offset(struct mount, mnt);
}

// One step towards the root, as prepend_path() in fs/d_path.c does it; 1 ends the walk.  A file of
// no directory (memfd) is its own root and `named` all the same.
INLINE long StepPath(struct PathWalk *walk, char *text, uint32_t capacity, int named) {
  // Locals, as BPF_CORE_READ would relocate the members of `walk` too.
  struct dentry *dentry = walk->dentry;
  struct mount *mount = walk->mount;
  struct vfsmount *vfs = VfsOf(mount);
  struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
  const void *name = BPF_CORE_READ(dentry, d_name.name);
  if (dentry == walk->root.dentry && vfs == walk->root.mnt) {
    walk->whole = 1;
    if (!named || walk->at != 0) return 1;
  }
  if (dentry == BPF_CORE_READ(vfs, mnt_root) || dentry == parent) {
    struct mount *outer = BPF_CORE_READ(mount, mnt_parent);
    if (outer != mount) {
      walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
      walk->mount = outer;
      return 0;
    }
    walk->whole = 1;
    if (!named || walk->at != 0) return 1;
  }
  const uint32_t next = AppendName(text, walk->at, capacity, name);
  if (!next) {
    walk->whole = 0;
    return 1;
  }
  walk->at = next;
  walk->dentry = parent;
  return walk->whole != 0;
}

static long StepExe(uint32_t round, struct PathWalk *walk) {
  return StepPath(walk, walk->record->exe, kExeBytes, 1);
}

static long StepDirectory(uint32_t round, struct PathWalk *walk) {
  return StepPath(walk, walk->record->directory, kDirectoryBytes, 0);
}

INLINE struct PathWalk WalkFrom(struct ProcessRecord *record, struct task_struct *task,
                                struct vfsmount *vfs, struct dentry *dentry) {
  struct PathWalk walk = {.record = record, .dentry = dentry};
  bpf_core_read(&walk.root.mnt, sizeof walk.root.mnt, &task->fs->root.mnt);
  bpf_core_read(&walk.root.dentry, sizeof walk.root.dentry, &task->fs->root.dentry);
  walk.mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
  return walk;
}

// The path of the executable up to the root directory of its process, as /proc/PID/exe has it; what
// lies outside (the process has left it by chroot) up to the root of all mounts.
INLINE void FillExe(struct ProcessRecord *record, struct task_struct *task) {
  record->exe_bytes = 0;
  struct file *file = BPF_CORE_READ(task, mm, exe_file);
  if (!file) return;
  struct PathWalk walk =
      WalkFrom(record, task, BPF_CORE_READ(file, f_path.mnt), BPF_CORE_READ(file, f_path.dentry));
  bpf_loop(kMaxPathSteps, StepExe, &walk, 0);
  record->exe_bytes = walk.at;
  if (!walk.whole) record->flags |= kProcessExeTruncated;
}

// The working directory, likewise.
INLINE void FillDirectory(struct ProcessRecord *record, struct task_struct *task) {
  record->directory_bytes = 0;
  struct fs_struct *fs = BPF_CORE_READ(task, fs);
  if (!fs) return;
  struct PathWalk walk =
      WalkFrom(record, task, BPF_CORE_READ(fs, pwd.mnt), BPF_CORE_READ(fs, pwd.dentry));
  bpf_loop(kMaxPathSteps, StepDirectory, &walk, 0);
  record->directory_bytes = walk.at;
  if (!walk.whole) record->flags |= kProcessDirectoryTruncated;
}

struct CgroupWalk {
  struct ProcessRecord *record;
  struct kernfs_node *node;
  uint32_t at;
};

static long StepCgroup(uint32_t round, struct CgroupWalk *walk) {
  struct kernfs_node *node = walk->node;
  struct kernfs_node *parent;
  if (bpf_core_field_exists(node->parent)) {
    parent = BPF_CORE_READ(node, parent);
  } else {
    parent = BPF_CORE_READ((struct kernfs_node___renamed *)node, __parent);
  }
  if (!parent) return 1;  // the root, whose name is empty
  const uint32_t next =
      AppendName(walk->record->cgroup, walk->at, kCgroupBytes, BPF_CORE_READ(node, name));
  if (!next) return 1;
  walk->at = next;
  walk->node = parent;
  return 0;
}

INLINE void FillCgroup(struct ProcessRecord *record, struct task_struct *task) {
  struct CgroupWalk walk = {.record = record, .node = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn)};
  bpf_loop(kMaxCgroupDepth, StepCgroup, &walk, 0);
  record->cgroup_bytes = walk.at;
}

INLINE void FillParents(struct ProcessRecord *record, struct task_struct *task) {
  struct task_struct *parent = task;
  for (int i = 0; i < kMaxParents; ++i) {
    struct ParentRecord *to = &record->parents[i];
    parent = BPF_CORE_READ(parent, real_parent, group_leader);
    to->tgid = parent ? BPF_CORE_READ(parent, tgid) : 0;
    to->start = parent ? BPF_CORE_READ(parent, start_boottime) : 0;
    to->reserved = 0;
    to->comm[0] = 0;
    if (parent) bpf_probe_read_kernel_str(to->comm, kCommBytes, parent->comm);
  }
}

INLINE void FillIds(struct ProcessRecord *record, struct task_struct *leader,
                    struct task_struct *task) {
  const struct cred *cred = BPF_CORE_READ(task, cred);
  record->uid = BPF_CORE_READ(cred, euid.val);
  record->gid = BPF_CORE_READ(cred, egid.val);
  bpf_core_read(&record->capabilities, sizeof record->capabilities, &cred->cap_effective);
  record->login_uid = UINT32_MAX;
  if (bpf_core_field_exists(task->loginuid)) {
    record->login_uid = BPF_CORE_READ(task, loginuid.val);
  }
  struct pid *pid = BPF_CORE_READ(leader, thread_pid);
  const unsigned int level = BPF_CORE_READ(pid, level);
  record->namespace_pid = 0;
  if (level > 0 && level < 33) {  // MAX_PID_NS_LEVEL is 32
    struct upid innermost = {};
    bpf_core_read(&innermost, sizeof innermost,
                  (void *)pid + bpf_core_field_offset(pid->numbers) +
                      level * bpf_core_type_size(struct upid));
    record->namespace_pid = innermost.nr;
  }
}

// A record of `task` without its arguments, or null.
INLINE struct ProcessRecord *BeginProcess(struct task_struct *task, const struct ProcessKey *key) {
  struct ProcessRecord *record = Reserve(sizeof *record);
  if (!record) return 0;
  struct task_struct *leader = BPF_CORE_READ(task, group_leader);
  FillHeader(&record->header, kRecordProcess, 0, 0);
  record->start = key->start;
  record->tgid = key->tgid;
  record->exec_id = key->exec_id;
  record->flags = 0;
  record->argument_bytes = 0;
  record->reserved[0] = record->reserved[1] = 0;
  record->comm[0] = 0;
  bpf_probe_read_kernel_str(record->comm, kCommBytes, leader->comm);
  FillIds(record, leader, task);
  FillParents(record, leader);
  FillExe(record, task);
  FillDirectory(record, task);
  FillCgroup(record, task);
  return record;
}

// How many bytes of arguments there are to read, at most what the record holds.
INLINE uint32_t ArgumentBytes(struct ProcessRecord *record, uint64_t from, uint64_t to) {
  uint64_t bytes = to - from;
  if (from == 0 || to <= from) return 0;
  if (bytes > kArgumentBytes) {
    bytes = kArgumentBytes;
    record->flags |= kProcessArgumentsTruncated;
  }
  return bytes;
}

// Tells of the current process unless it has been told.
__attribute__((noinline)) int TellCurrentProcess(uint32_t tgid, uint32_t exec_id, uint64_t start) {
  struct ProcessKey key = {.tgid = tgid, .exec_id = exec_id, .start = start};
  const uint8_t yes = 1;
  if (bpf_map_lookup_elem(&told, &key)) return 0;
  struct task_struct *task = bpf_get_current_task_btf();
  struct ProcessRecord *record = BeginProcess(task, &key);
  if (!record) return 0;
  const uint64_t from = BPF_CORE_READ(task, mm, arg_start);
  const uint32_t bytes = ArgumentBytes(record, from, BPF_CORE_READ(task, mm, arg_end));
  if (bytes > 0 && bytes <= kArgumentBytes &&
      bpf_probe_read_user(record->arguments, bytes, (const void *)from) == 0) {
    record->argument_bytes = bytes;
  }
  Submit(record);
  bpf_map_update_elem(&told, &key, &yes, BPF_ANY);
  return 0;
}
