// SPDX-License-Identifier: Apache-2.0
// The lists as data: what must hold of them, whoever adds a row.
#include "daemon/seal/syscalls_linux.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace rustnet {
namespace {

std::multimap<std::string, SyscallRow> ByName(std::span<const SyscallRow> rows) {
  std::multimap<std::string, SyscallRow> named;
  for (const SyscallRow& row : rows) named.emplace(row.name, row);
  return named;
}

// libseccomp keeps no order among rules of one call, so a rule without a condition must be alone.
TEST(SyscallListsTest, ARowWithoutConditionIsTheOnlyOneOfItsCall) {
  for (const auto list : {AllowList(), KillList()}) {
    const auto named = ByName(list);
    for (const SyscallRow& row : list) {
      if (row.when != If::kAlways) continue;
      EXPECT_EQ(named.count(row.name), 1u) << row.name;
    }
  }
}

// The second filter's loading is the one thing that is allowed by the first and killed afterwards.
TEST(SyscallListsTest, NothingIsAllowedAndKilled) {
  const auto killed = ByName(KillList());
  for (const SyscallRow& row : AllowList()) {
    if (row.when != If::kAlways || row.error != 0 || std::string(row.name) == "seccomp") continue;
    const auto [first, last] = killed.equal_range(row.name);
    for (auto it = first; it != last; ++it) {
      EXPECT_NE(it->second.when, If::kAlways) << row.name;
    }
  }
}

TEST(SyscallListsTest, WhatMustNeverBeAllowedIsNot) {
  const auto allowed = ByName(AllowList());
  for (const char* name : {"execve",         "execveat",         "fork",
                           "vfork",          "ptrace",           "mount",
                           "umount2",        "connect",          "setuid",
                           "setresuid",      "capset",           "unshare",
                           "setns",          "chroot",           "socketpair",
                           "listen",         "process_vm_readv", "perf_event_open",
                           "io_uring_setup", "init_module",      "memfd_create"}) {
    EXPECT_EQ(allowed.count(name), 0u) << name;
  }
  for (const char* name :
       {"mmap", "mprotect", "bpf", "prctl", "ioctl", "kill", "tgkill", "clone"}) {
    const auto [first, last] = allowed.equal_range(name);
    ASSERT_NE(first, last) << name;
    for (auto it = first; it != last; ++it) EXPECT_NE(it->second.when, If::kAlways) << name;
  }
}

}  // namespace
}  // namespace rustnet
