// SPDX-License-Identifier: Apache-2.0
#include "daemon/broker/confine_linux.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <string>

#include "common/base/unique_fd.h"

namespace rustnet {
namespace {

constexpr uint32_t kKept = 1U << CAP_SYS_PTRACE | 1U << CAP_DAC_READ_SEARCH;
constexpr int kMostCapabilities = 64;

// /proc becomes the root directory, read-only: as a mount that stands nowhere in the tree.  No link
// in it can be followed (MOUNT_ATTR_NOSYMFOLLOW, Linux 5.14), which keeps /proc/1/root and its like
// shut; reading where a link leads to is not following it.
int EnterProc() {
  const UniqueFd proc(open_tree(AT_FDCWD, "/proc", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC));
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
                        MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSYMFOLLOW;
  const bool entered =
      proc && mount_setattr(proc.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) == 0 &&
      fchdir(proc.get()) == 0 && chroot(".") == 0 && chdir("/") == 0;
  return entered ? 0 : errno;
}

int KeepTwoCapabilities(uint32_t uid, uint32_t gid) {
  for (int cap = 0; cap < kMostCapabilities; ++cap) {
    if (prctl(PR_CAPBSET_READ, cap) == 1 && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0) return errno;
  }
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || setgroups(0, nullptr) != 0 ||
      setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
    return errno;
  }
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  sets[0].effective = sets[0].permitted = kKept;
  if (syscall(SYS_capset, &header, sets.data()) != 0) return errno;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno;
}

int LowerLimits() {
  const rlimit none{0, 0};
  const rlimit few{16, 16};
  for (const auto which : {RLIMIT_CORE, RLIMIT_FSIZE, RLIMIT_NPROC}) {
    if (setrlimit(which, &none) != 0) return errno;
  }
  return setrlimit(RLIMIT_NOFILE, &few) == 0 ? 0 : errno;
}

// What a walk of /proc takes, and the socket; anything else is the end.
int FilterSystemCalls() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return ENOMEM;
  const auto allow = [&](int number, std::initializer_list<scmp_arg_cmp> terms) {
    return seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number,
                                  static_cast<unsigned>(terms.size()), terms.begin());
  };
  constexpr uint64_t kReading = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY | O_LARGEFILE;
  const scmp_arg_cmp reading{2, SCMP_CMP_MASKED_EQ, ~kReading & 0xffffffff, 0};
  const scmp_arg_cmp on_socket{0, SCMP_CMP_EQ, kBrokerSocket, 0};
  int error = allow(SCMP_SYS(openat), {reading});
  for (const int number :
       {SCMP_SYS(read), SCMP_SYS(close), SCMP_SYS(readlinkat), SCMP_SYS(getdents64),
        SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall)}) {
    if (error == 0) error = allow(number, {});
  }
  for (const int number : {SCMP_SYS(sendmsg), SCMP_SYS(sendto), SCMP_SYS(recvfrom)}) {
    if (error == 0) error = allow(number, {on_socket});
  }
  if (error == 0) error = seccomp_load(filter);
  seccomp_release(filter);
  return -error;
}

}  // namespace

std::string ConfineBroker(uint32_t uid, uint32_t gid) {
  const auto failed = [](const char* step, int error) {
    return std::string(step) + ": " + std::strerror(error);
  };
  if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS) != 0) {
    return failed("leaving the namespaces", errno);
  }
  if (const int error = EnterProc()) return failed("making /proc the root directory", error);
  if (const int error = KeepTwoCapabilities(uid, gid)) {
    return failed("giving up privileges", error);
  }
  if (const int error = LowerLimits()) return failed("lowering limits", error);
  if (open("/self/root", O_RDONLY | O_CLOEXEC) >= 0 || errno != ELOOP) {
    return "links of /proc can be followed";
  }
  if (const int error = FilterSystemCalls()) return failed("loading the filter", error);
  return {};
}

}  // namespace rustnet
