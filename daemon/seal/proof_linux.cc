// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/proof_linux.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/keyctl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/ethernet.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace rustnet {
namespace {

// Each returns as its system call does: not negative is success, which is a breach.
using Try = long (*)(const Handles& handles);

struct Act {
  const char* name;
  Try attempt;
  bool harmless;  // also where nothing refuses it
};

long TryExec(const Handles&) {
  const char* const none[] = {nullptr};
  return syscall(SYS_execve, "/bin/sh", none, none);
}

long TryFork(const Handles&) {
  const long child = syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  return child;
}

long TryExecutableMemory(const Handles&) {
  void* const page = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? -1 : 0;
}

long TryMakeExecutable(const Handles&) {
  void* const page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return -1;
  const int result = mprotect(page, 4096, PROT_READ | PROT_EXEC);
  const int error = errno;
  munmap(page, 4096);
  errno = error;
  return result;
}

long TryConnect(const Handles& handles) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  const int fd = handles.link_dump ? handles.link_dump.get() : handles.listener.get();
  return connect(fd, reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
}

long TryLoadBpf(const Handles&) {
  bpf_attr program{};
  program.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  return syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof program);
}

// A change to loopback that changes nothing, by the held socket: the kernel asks for CAP_NET_ADMIN
// before it looks (rtnetlink_rcv_msg).
long TryChangeInterface(const Handles& handles) {
  if (!handles.link_dump) {
    errno = EPERM;
    return -1;
  }
  struct {
    nlmsghdr header;
    ifinfomsg link;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = RTM_SETLINK;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
  request.link.ifi_index = 1;
  if (send(handles.link_dump.get(), &request, sizeof request, 0) < 0) return -1;
  struct {
    nlmsghdr header;
    nlmsgerr error;
  } answer{};
  // The acknowledgement is queued before send returns.
  if (recv(handles.link_dump.get(), &answer, sizeof answer, MSG_DONTWAIT) <
      static_cast<ssize_t>(sizeof(nlmsghdr) + sizeof(int))) {
    return -1;
  }
  errno = -answer.error.error;
  return answer.error.error == 0 ? 0 : -1;
}

constexpr Act kActs[] = {
    {"open", [](const Handles&) { return syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY); }, true},
    {"open /etc/passwd",
     [](const Handles&) { return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY); }, true},
    {"create a file",
     [](const Handles&) { return syscall(SYS_openat, AT_FDCWD, "/x", O_CREAT | O_WRONLY, 0600); },
     false},
    {"mkdir", [](const Handles&) { return syscall(SYS_mkdirat, AT_FDCWD, "/x", 0700); }, false},
    {"unlink", [](const Handles&) { return syscall(SYS_unlinkat, AT_FDCWD, "/x", 0); }, false},
    {"chmod", [](const Handles&) { return syscall(SYS_fchmodat, AT_FDCWD, "/", 0777); }, false},
    {"chroot", [](const Handles&) { return syscall(SYS_chroot, "/"); }, true},
    {"mount", [](const Handles&) { return syscall(SYS_mount, "none", "/", "tmpfs", 0, nullptr); },
     false},
    {"umount", [](const Handles&) { return syscall(SYS_umount2, "/", MNT_DETACH); }, false},
    {"execve", &TryExec, false},
    {"fork", &TryFork, false},
    {"executable memory", &TryExecutableMemory, true},
    {"memory made executable", &TryMakeExecutable, true},
    {"socket inet", [](const Handles&) { return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); },
     true},
    {"socket unix", [](const Handles&) { return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); },
     true},
    {"socket packet", [](const Handles&) { return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0); },
     true},
    {"socket netlink",
     [](const Handles&) { return syscall(SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); }, true},
    {"connect", &TryConnect, false},
    {"change an interface", &TryChangeInterface, true},
    {"ptrace", [](const Handles&) { return syscall(SYS_ptrace, PTRACE_ATTACH, getppid(), 0, 0); },
     false},
    {"read another process",
     [](const Handles&) {
       return syscall(SYS_process_vm_readv, getppid(), nullptr, 0, nullptr, 0, 0);
     },
     false},
    {"pidfd", [](const Handles&) { return syscall(SYS_pidfd_open, getppid(), 0); }, false},
    {"signal another process", [](const Handles&) { return syscall(SYS_kill, 1, 0); }, true},
    {"bpf program", &TryLoadBpf, true},
    {"perf event",
     [](const Handles&) { return syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }, true},
    {"io_uring", [](const Handles&) { return syscall(SYS_io_uring_setup, 1, nullptr); }, true},
    {"userfaultfd", [](const Handles&) { return syscall(SYS_userfaultfd, 0); }, true},
    {"keyring",
     [](const Handles&) {
       return syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0);
     },
     false},
    {"setuid", [](const Handles&) { return syscall(SYS_setuid, 0); }, true},
    {"setgid", [](const Handles&) { return syscall(SYS_setgid, 0); }, true},
    {"setgroups", [](const Handles&) { return syscall(SYS_setgroups, 0, nullptr); }, false},
    {"capset", [](const Handles&) { return syscall(SYS_capset, nullptr, nullptr); }, false},
    {"unshare", [](const Handles&) { return syscall(SYS_unshare, CLONE_NEWUSER); }, false},
    {"setns", [](const Handles&) { return syscall(SYS_setns, -1, CLONE_NEWNET); }, false},
    {"module", [](const Handles&) { return syscall(SYS_finit_module, -1, "", 0); }, false},
    {"reboot", [](const Handles&) { return syscall(SYS_reboot, 0, 0, 0, nullptr); }, false},
    {"set the clock", [](const Handles&) { return syscall(SYS_clock_settime, -1, nullptr); },
     false},
    {"set the host name", [](const Handles&) { return syscall(SYS_sethostname, "", -1); }, false},
};

// Refused by rule.  Any other error would come from the act's own arguments: nothing forbade it.
bool IsRefusal(int error) { return error == EPERM || error == EACCES || error == ENOENT; }

}  // namespace

Status ProveConfined(bool filtered, const Handles& handles, Attestation& attestation) {
  std::string breaches;
  for (const Act& act : kActs) {
    if (!filtered && !act.harmless) continue;
    ++attestation.acts_tried;
    errno = 0;
    const bool failed = act.attempt(handles) < 0;
    if (failed && IsRefusal(errno)) {
      ++attestation.acts_refused;
      continue;
    }
    const char* const why = failed ? std::strerror(errno) : "succeeded";
    attestation.acts_allowed.emplace_back(act.name);
    breaches += (breaches.empty() ? "" : ", ") + std::string(act.name) + " (" + why + ")";
  }
  if (breaches.empty()) return Ok();
  return FailedPrecondition(
      "the sandbox does not hold, so nothing is served: these were not refused after the seal: " +
      breaches);
}

}  // namespace rustnet
