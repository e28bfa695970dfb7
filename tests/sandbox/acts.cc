// SPDX-License-Identifier: Apache-2.0
// Written apart from the daemon's own proof, so that a mistake there does not repeat here.
#include "tests/sandbox/acts.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>

namespace rustnet {
namespace {

int CaptureFd(const Handles& handles) {
  return handles.captures.empty() ? -1 : handles.captures[0].fd;
}

long Clone(unsigned long flags) {
  const long child = syscall(SYS_clone, flags, nullptr, nullptr, nullptr, nullptr);
  if (child == 0) _exit(0);
  return child;
}

long Connect(const Handles& handles) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  handles.socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connect(handles.listener.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof address);
}

long Bpf(int command) {
  bpf_attr attributes{};
  return syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

long ReadLimit() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit);
}

long RaiseLimit() {
  const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  return syscall(SYS_prlimit64, 0, RLIMIT_CORE, &limit, nullptr);
}

long Map(int protection) {
  void* const page = mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? -1 : 0;
}

long Protect(int protection) {
  void* const page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mprotect(page, 4096, protection);
}

// A packet on loopback, for a capture socket that nothing should leave by.
constexpr char kFrame[64] = {};

struct NamedAct {
  std::string_view name;
  long (*run)(const Handles&);
};

constexpr NamedAct kActs[] = {
    // Files.
    {"open", [](const Handles&) { return syscall(SYS_open, "/etc/passwd", O_RDONLY); }},
    {"openat", [](const Handles&) { return syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY); }},
    {"openat2", [](const Handles&) { return syscall(SYS_openat2, AT_FDCWD, "/", nullptr, 0); }},
    {"stat", [](const Handles&) { return syscall(SYS_stat, "/", nullptr); }},
    {"readlink",
     [](const Handles&) { return syscall(SYS_readlink, "/proc/self/exe", nullptr, 0); }},
    {"mkdir", [](const Handles&) { return syscall(SYS_mkdir, "/x", 0700); }},
    {"rename", [](const Handles&) { return syscall(SYS_rename, "/x", "/y"); }},
    {"chmod", [](const Handles&) { return syscall(SYS_chmod, "/", 0777); }},
    {"chroot", [](const Handles&) { return syscall(SYS_chroot, "/"); }},
    {"mount", [](const Handles&) { return syscall(SYS_mount, "none", "/", "tmpfs", 0, nullptr); }},
    {"umount", [](const Handles&) { return syscall(SYS_umount2, "/", 0); }},
    {"pivot_root", [](const Handles&) { return syscall(SYS_pivot_root, ".", "."); }},
    {"open_by_handle_at",
     [](const Handles&) { return syscall(SYS_open_by_handle_at, -1, nullptr, 0); }},
    // Programs, processes, code.
    {"execve", [](const Handles&) { return syscall(SYS_execve, "/bin/sh", nullptr, nullptr); }},
    {"execveat",
     [](const Handles&) { return syscall(SYS_execveat, 0, "", nullptr, nullptr, 0x1000); }},
    {"fork", [](const Handles&) { return syscall(SYS_fork); }},
    {"vfork", [](const Handles&) { return syscall(SYS_vfork); }},
    {"clone process", [](const Handles&) { return Clone(SIGCHLD); }},
    {"clone in namespace",
     [](const Handles&) { return Clone(CLONE_THREAD | CLONE_SIGHAND | CLONE_VM | CLONE_NEWNET); }},
    {"clone3", [](const Handles&) { return syscall(SYS_clone3, nullptr, 0); }},
    {"mmap exec", [](const Handles&) { return Map(PROT_READ | PROT_EXEC); }},
    {"mprotect exec", [](const Handles&) { return Protect(PROT_READ | PROT_EXEC); }},
    {"memfd_create", [](const Handles&) { return syscall(SYS_memfd_create, "x", 0); }},
    {"personality", [](const Handles&) { return syscall(SYS_personality, 0x0400000); }},
    {"ptrace", [](const Handles&) { return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0); }},
    {"process_vm_readv",
     [](const Handles&) {
       return syscall(SYS_process_vm_readv, getppid(), nullptr, 0, nullptr, 0, 0);
     }},
    {"pidfd_open", [](const Handles&) { return syscall(SYS_pidfd_open, getppid(), 0); }},
    {"kill parent", [](const Handles&) { return syscall(SYS_kill, getppid(), 0); }},
    {"kill all", [](const Handles&) { return syscall(SYS_kill, -1, 0); }},
    {"tgkill parent", [](const Handles&) { return syscall(SYS_tgkill, getppid(), getppid(), 0); }},
    {"unshare", [](const Handles&) { return syscall(SYS_unshare, CLONE_NEWUSER); }},
    {"setns", [](const Handles&) { return syscall(SYS_setns, 0, 0); }},
    // Rights.
    {"setuid", [](const Handles&) { return syscall(SYS_setuid, 0); }},
    {"setresuid", [](const Handles&) { return syscall(SYS_setresuid, 0, 0, 0); }},
    {"setgid", [](const Handles&) { return syscall(SYS_setgid, 0); }},
    {"setgroups", [](const Handles&) { return syscall(SYS_setgroups, 0, nullptr); }},
    {"capset", [](const Handles&) { return syscall(SYS_capset, nullptr, nullptr); }},
    {"dumpable", [](const Handles&) { return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0); }},
    {"keepcaps", [](const Handles&) { return syscall(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0); }},
    {"filter",
     [](const Handles&) { return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, nullptr); }},
    {"filter by prctl",
     [](const Handles&) {
       return syscall(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr, 0, 0);
     }},
    {"keyctl", [](const Handles&) { return syscall(SYS_keyctl, 0, -3, 0); }},
    {"raise a limit", [](const Handles&) { return RaiseLimit(); }},
    // Network.
    {"socket inet", [](const Handles&) { return syscall(SYS_socket, AF_INET, SOCK_STREAM, 0); }},
    {"socket inet6", [](const Handles&) { return syscall(SYS_socket, AF_INET6, SOCK_DGRAM, 0); }},
    {"socket packet", [](const Handles&) { return syscall(SYS_socket, AF_PACKET, SOCK_RAW, 0); }},
    {"socket unix", [](const Handles&) { return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0); }},
    {"socketpair",
     [](const Handles&) { return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, nullptr); }},
    {"connect", &Connect},
    {"listen", [](const Handles& h) { return syscall(SYS_listen, h.listener.get(), 1); }},
    {"send a packet",
     [](const Handles& h) {
       return syscall(SYS_sendto, CaptureFd(h), kFrame, sizeof kFrame, 0, nullptr, 0);
     }},
    {"send a packet, high bits",
     [](const Handles& h) {
       return syscall(SYS_sendto, 0x7700000000L | CaptureFd(h), kFrame, sizeof kFrame, 0, nullptr,
                      0);
     }},
    {"write a packet",
     [](const Handles& h) { return syscall(SYS_write, CaptureFd(h), kFrame, sizeof kFrame); }},
    {"duplicate a capture", [](const Handles& h) { return syscall(SYS_dup, CaptureFd(h)); }},
    {"duplicate a capture, fcntl",
     [](const Handles& h) { return syscall(SYS_fcntl, CaptureFd(h), F_DUPFD_CLOEXEC, 0); }},
    // Kernel.
    {"bpf program", [](const Handles&) { return Bpf(BPF_PROG_LOAD); }},
    {"bpf map", [](const Handles&) { return Bpf(BPF_MAP_CREATE); }},
    {"bpf link", [](const Handles&) { return Bpf(BPF_LINK_CREATE); }},
    {"perf_event_open",
     [](const Handles&) { return syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }},
    {"io_uring", [](const Handles&) { return syscall(SYS_io_uring_setup, 1, nullptr); }},
    {"userfaultfd", [](const Handles&) { return syscall(SYS_userfaultfd, 0); }},
    {"finit_module", [](const Handles&) { return syscall(SYS_finit_module, 0, "", 0); }},
    {"kexec_load", [](const Handles&) { return syscall(SYS_kexec_load, 0, 0, nullptr, 0); }},
    {"reboot", [](const Handles&) { return syscall(SYS_reboot, 0, 0, 0, nullptr); }},
    {"syslog", [](const Handles&) { return syscall(SYS_syslog, 10, nullptr, 0); }},
    {"sethostname", [](const Handles&) { return syscall(SYS_sethostname, "x", 1); }},
    {"ioctl TIOCSTI", [](const Handles&) { return syscall(SYS_ioctl, 2, 0x5412, "x"); }},
    {"x32 call", [](const Handles&) { return syscall(0x40000000 | SYS_getpid); }},
    {"unknown call", [](const Handles&) { return syscall(9999); }},
    // Harmless ones that must go on working: the table would be worthless if everything were
    // refused.
    {"getpid", [](const Handles&) { return syscall(SYS_getpid); }},
    {"read a limit", [](const Handles&) { return ReadLimit(); }},
    {"mmap", [](const Handles&) { return Map(PROT_READ | PROT_WRITE); }},
    {"kill self", [](const Handles&) { return syscall(SYS_kill, getpid(), 0); }},
    {"duplicate the listener",
     [](const Handles& h) { return syscall(SYS_fcntl, h.listener.get(), F_DUPFD_CLOEXEC, 0); }},
};

}  // namespace

std::optional<long> TryAct(std::string_view name, const Handles& handles) {
  const auto* const found = std::find_if(std::begin(kActs), std::end(kActs),
                                         [&](const NamedAct& a) { return a.name == name; });
  if (found == std::end(kActs)) return std::nullopt;
  return found->run(handles);
}

}  // namespace rustnet
