// SPDX-License-Identifier: Apache-2.0
// Who needs a row is said behind it: glibc 2.36, libstdc++, gRPC 1.51 with abseil, our capture and
// attribution.  A row without a user is to be deleted.
#include "daemon/seal/syscalls_linux.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include <array>
#include <cerrno>

namespace rustnet {
namespace {

constexpr uint32_t kNewNamespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                    CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr uint32_t kSetVma = 0x53564d41;  // PR_SET_VMA (Linux 5.17)
constexpr uint32_t kEmptyPath = 0x1000;   // AT_EMPTY_PATH

// A line holds what belongs together.
// clang-format off
constexpr SyscallRow kAllowed[] = {
    // Memory; never executable.
    {"brk"},  // malloc
    {"mmap", If::kArgMasked, 2, 0, PROT_EXEC},  // malloc, thread stacks
    {"mprotect", If::kArgMasked, 2, 0, PROT_EXEC},  // guard pages, malloc arenas
    {"munmap"},
    {"mremap"},  // realloc of large blocks
    {"madvise"},  // free, thread stacks at their end

    // Threads: how one begins, waits, and ends.
    {"clone", If::kArgMasked, 0, CLONE_THREAD, CLONE_THREAD | kNewNamespaces},
    {"clone3", If::kAlways, 0, 0, 0, ENOSYS},  // glibc then takes clone, which can be looked at
    {"set_robust_list"}, {"set_tid_address"}, {"rseq"}, {"futex"}, {"futex_waitv"}, {"membarrier"},
    {"sched_yield"},
    {"sched_getaffinity"},  // number of malloc arenas
    {"sched_getparam"},
    {"sched_getscheduler"},  // pthread_getattr_np
    {"getcpu"}, {"exit"}, {"exit_group"},

    // Clocks; the first four where the vDSO cannot answer.
    {"clock_gettime"}, {"clock_getres"}, {"gettimeofday"}, {"time"}, {"clock_nanosleep"},
    {"nanosleep"}, {"timerfd_create"}, {"timerfd_settime"}, {"timerfd_gettime"},
    {"restart_syscall"},  // SIGSTOP and SIGCONT in a sleep
    {"getrandom"},  // hash seeds, epochs

    // Signals; sent to itself alone: abort, raise, pthread_kill.
    {"rt_sigaction"}, {"rt_sigprocmask"}, {"rt_sigreturn"}, {"rt_sigtimedwait"}, {"rt_sigpending"},
    {"sigaltstack"}, {"signalfd4"}, {"tgkill", If::kSelf, 0}, {"kill", If::kSelf, 0},

    // Reading and writing what is open.
    {"read"}, {"readv"}, {"pread64"}, {"preadv"}, {"write"}, {"writev"}, {"lseek"}, {"close"},
    {"fsync"}, {"fdatasync"}, {"fadvise64"}, {"fstat"},
    {"newfstatat", If::kArgMasked, 3, kEmptyPath, kEmptyPath},  // fstat of glibc 2.33 to 2.38
    {"fcntl", If::kArgEquals, 1, F_GETFL}, {"fcntl", If::kArgEquals, 1, F_SETFL},
    {"fcntl", If::kArgEquals, 1, F_GETFD}, {"fcntl", If::kArgEquals, 1, F_SETFD},
    {"fcntl", If::kArgEquals, 1, F_DUPFD_CLOEXEC},  // the acceptor's second descriptor
    {"dup"},
    {"ioctl", If::kArgEquals, 1, FIONREAD},  // gRPC
    {"ioctl", If::kArgEquals, 1, FIONBIO},
    {"ioctl", If::kArgEquals, 1, TCGETS},  // isatty of the log

    // Waiting, and waking who waits.
    {"eventfd2"}, {"pipe2"}, {"epoll_create1"}, {"epoll_ctl"}, {"epoll_wait"}, {"epoll_pwait"},
    {"epoll_pwait2"}, {"poll"}, {"ppoll"}, {"select"}, {"pselect6"},

    // Sockets that are held, and those of clients.
    {"accept4"}, {"accept"}, {"shutdown"}, {"recvfrom"}, {"recvmsg"}, {"recvmmsg"}, {"sendto"},
    {"sendmsg"}, {"getsockname"}, {"getpeername"},
    {"getsockopt"},  // SO_PEERCRED, PACKET_STATISTICS
    {"setsockopt"},  // SO_ATTACH_FILTER, PACKET_FANOUT
    {"bind"},  // a held packet socket to an interface that came

    // BPF: reading the sockets of all processes by the link that is held.
    {"bpf", If::kArgEquals, 0, BPF_ITER_CREATE},

    // Who am I, how much did I use.
    {"getpid"}, {"gettid"}, {"getppid"}, {"getuid"}, {"geteuid"}, {"getgid"}, {"getegid"},
    {"getresuid"}, {"getresgid"}, {"getgroups"}, {"capget"}, {"uname"}, {"sysinfo"}, {"getrusage"},
    {"times"},
    {"prlimit64", If::kArgEquals, 2, 0},  // getrlimit: no new limit
    {"getrlimit"}, {"prctl", If::kArgEquals, 0, PR_SET_NAME},
    {"prctl", If::kArgEquals, 0, kSetVma},  // thread, arena names
    {"prctl", If::kArgEquals, 0, PR_GET_NO_NEW_PRIVS},
    {"prctl", If::kArgEquals, 0, PR_GET_DUMPABLE}, {"prctl", If::kArgEquals, 0, PR_GET_SECCOMP},
    {"prctl", If::kArgEquals, 0, PR_CAPBSET_READ},

    // The way into the second filter, which closes it.
    {"seccomp"},

    // History, beneath the held state directory; Landlock bounds what the path may say.
    {"openat", If::kInStateDir, 0}, {"unlinkat", If::kInStateDir, 0},
    {"renameat", If::kInStateDir, 0}, {"renameat2", If::kInStateDir, 0},

    // Libraries try these and have another way, or do without: a file that is not there, a socket
    // that may not be made.
    {"open", If::kAlways, 0, 0, 0, ENOENT}, {"openat", If::kOutsideStateDir, 0, 0, 0, ENOENT},
    {"openat2", If::kAlways, 0, 0, 0, ENOENT}, {"stat", If::kAlways, 0, 0, 0, ENOENT},
    {"lstat", If::kAlways, 0, 0, 0, ENOENT},
    {"newfstatat", If::kArgMasked, 3, 0, kEmptyPath, ENOENT},
    {"statx", If::kAlways, 0, 0, 0, ENOENT}, {"access", If::kAlways, 0, 0, 0, ENOENT},
    {"faccessat", If::kAlways, 0, 0, 0, ENOENT}, {"faccessat2", If::kAlways, 0, 0, 0, ENOENT},
    {"readlink", If::kAlways, 0, 0, 0, ENOENT}, {"readlinkat", If::kAlways, 0, 0, 0, ENOENT},
    {"getcwd", If::kAlways, 0, 0, 0, ENOENT},
    {"socket", If::kAlways, 0, 0, 0, EPERM},  // gRPC tries SO_REUSEPORT on an AF_INET one
};

constexpr SyscallRow kKilled[] = {
    // Another program, another process.
    {"execve"}, {"execveat"}, {"fork"}, {"vfork"}, {"clone", If::kArgMasked, 0, 0, CLONE_THREAD},
    {"unshare"}, {"setns"},
    // Code that was not in the program.
    {"mmap", If::kArgMasked, 2, PROT_EXEC, PROT_EXEC},
    {"mprotect", If::kArgMasked, 2, PROT_EXEC, PROT_EXEC}, {"pkey_mprotect"}, {"memfd_create"},
    {"memfd_secret"}, {"personality"}, {"modify_ldt"}, {"uselib"},
    // Other processes.
    {"ptrace"}, {"process_vm_readv"}, {"process_vm_writev"}, {"process_madvise"}, {"kcmp"},
    {"kill", If::kNotSelf, 0}, {"tgkill", If::kNotSelf, 0}, {"tkill"}, {"rt_sigqueueinfo"},
    {"rt_tgsigqueueinfo"}, {"pidfd_open"}, {"pidfd_getfd"}, {"pidfd_send_signal"},
    // Other rights.
    {"setuid"}, {"setgid"}, {"setreuid"}, {"setregid"}, {"setresuid"}, {"setresgid"}, {"setgroups"},
    {"setfsuid"}, {"setfsgid"}, {"capset"}, {"add_key"}, {"request_key"}, {"keyctl"},
    // Other ends: what is connected was connected before.
    {"connect"},
    // The file system as a whole.
    {"mount"}, {"umount2"}, {"pivot_root"}, {"chroot"}, {"open_tree"}, {"move_mount"}, {"fsopen"},
    {"fsconfig"}, {"fsmount"}, {"fspick"}, {"mount_setattr"}, {"open_by_handle_at"},
    {"name_to_handle_at"}, {"quotactl"}, {"swapon"}, {"swapoff"}, {"mknod"}, {"mknodat"},
    // The kernel.
    {"bpf", If::kArgNot, 0, BPF_ITER_CREATE}, {"perf_event_open"}, {"userfaultfd"},
    {"io_uring_setup"}, {"io_uring_enter"}, {"io_uring_register"}, {"init_module"},
    {"finit_module"}, {"delete_module"}, {"kexec_load"}, {"kexec_file_load"}, {"reboot"},
    {"syslog"}, {"acct"}, {"settimeofday"}, {"clock_settime"}, {"adjtimex"}, {"clock_adjtime"},
    {"sethostname"}, {"setdomainname"}, {"iopl"}, {"ioperm"}, {"vhangup"}, {"lookup_dcookie"},
    {"nfsservctl"},
    // Another filter: after this one there is none to come.
    {"seccomp"}, {"prctl", If::kArgEquals, 0, PR_SET_SECCOMP},
    // Packets: captured, never sent.
    {"sendto", If::kOnCapture, 0}, {"sendmsg", If::kOnCapture, 0}, {"write", If::kOnCapture, 0},
    {"writev", If::kOnCapture, 0}, {"dup", If::kOnCapture, 0}, {"fcntl", If::kDupOfCapture, 0},
};
// clang-format on

}  // namespace

std::span<const SyscallRow> AllowList() { return kAllowed; }
std::span<const SyscallRow> KillList() { return kKilled; }

}  // namespace rustnet
