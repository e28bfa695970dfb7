// SPDX-License-Identifier: Apache-2.0
// The seal, from outside: seal_probe seals itself and tries, one process each; this looks at what
// comes back, at its end, and at what /proc says of it meanwhile.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "common/base/unique_fd.h"
#include "daemon/seal/syscalls_linux.h"
#include "tests/sandbox/child.h"

namespace rustnet {
namespace {

const std::string kEperm = "errno " + std::to_string(EPERM);
const std::string kEnoent = "errno " + std::to_string(ENOENT);

// Acts that end the process.
constexpr const char* kDeadly[] = {"chroot",
                                   "mount",
                                   "umount",
                                   "pivot_root",
                                   "open_by_handle_at",
                                   "execve",
                                   "execveat",
                                   "fork",
                                   "vfork",
                                   "clone process",
                                   "mmap exec",
                                   "mprotect exec",
                                   "memfd_create",
                                   "personality",
                                   "ptrace",
                                   "process_vm_readv",
                                   "pidfd_open",
                                   "kill parent",
                                   "kill all",
                                   "tgkill parent",
                                   "unshare",
                                   "setns",
                                   "setuid",
                                   "setresuid",
                                   "setgid",
                                   "setgroups",
                                   "capset",
                                   "filter",
                                   "filter by prctl",
                                   "keyctl",
                                   "connect",
                                   "send a packet",
                                   "send a packet, high bits",
                                   "write a packet",
                                   "duplicate a capture",
                                   "duplicate a capture, fcntl",
                                   "bpf program",
                                   "bpf map",
                                   "bpf link",
                                   "perf_event_open",
                                   "io_uring",
                                   "userfaultfd",
                                   "finit_module",
                                   "kexec_load",
                                   "reboot",
                                   "syslog",
                                   "sethostname",
                                   "x32 call"};

// Acts that are refused: libraries try some of them, and nothing knows the others.
const std::map<std::string, std::string> kRefused = {{"open", kEnoent},
                                                     {"openat", kEnoent},
                                                     {"openat2", kEnoent},
                                                     {"stat", kEnoent},
                                                     {"readlink", kEnoent},
                                                     {"mkdir", kEperm},
                                                     {"rename", kEperm},
                                                     {"chmod", kEperm},
                                                     {"clone in namespace", kEperm},
                                                     {"clone3", "errno " + std::to_string(ENOSYS)},
                                                     {"dumpable", kEperm},
                                                     {"keepcaps", kEperm},
                                                     {"raise a limit", kEperm},
                                                     {"socket inet", kEperm},
                                                     {"socket inet6", kEperm},
                                                     {"socket packet", kEperm},
                                                     {"socket unix", kEperm},
                                                     {"socketpair", kEperm},
                                                     {"listen", kEperm},
                                                     {"ioctl TIOCSTI", kEperm},
                                                     {"unknown call", kEperm}};

constexpr const char* kHarmless[] = {"getpid", "read a limit", "mmap", "kill self",
                                     "duplicate the listener"};

TEST_F(SandboxTest, WhatNoLibraryTriesEndsTheProcess) {
  for (const char* act : kDeadly) {
    Child child(With({"act", act}));
    EXPECT_EQ(child.Line(), "") << act;
    EXPECT_EQ(child.End(), kKilled) << act;
  }
}

TEST_F(SandboxTest, WhatLibrariesTryIsRefused) {
  for (const auto& [act, answer] : kRefused) {
    Child child(With({"act", act}));
    EXPECT_EQ(child.Line(), answer) << act;
    EXPECT_EQ(child.End(), "exit 0") << act;
  }
}

TEST_F(SandboxTest, WhatIsHarmlessGoesOn) {
  for (const char* act : kHarmless) {
    Child child(With({"act", act}));
    EXPECT_EQ(child.Line(), "returned") << act;
    EXPECT_EQ(child.End(), "exit 0") << act;
  }
}

// A misspelt name would be a row that does nothing.
TEST(SyscallListsTest, EveryNameIsASystemCallOfSomeArchitecture) {
  for (const auto list : {AllowList(), KillList()}) {
    for (const SyscallRow& row : list) {
      EXPECT_NE(seccomp_syscall_resolve_name(row.name), __NR_SCMP_ERROR) << row.name;
    }
  }
}

// A listening TCP socket of the host, and traffic on its loopback.
class HostTraffic {
 public:
  HostTraffic() : server_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(server_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(server_.get(), 1), 0);
    EXPECT_EQ(getsockname(server_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    sender_ = std::thread([this, address] {
      const UniqueFd udp(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
      while (!stop_) {
        sendto(udp.get(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
      }
    });
  }
  ~HostTraffic() {
    stop_ = true;
    sender_.join();
  }

 private:
  UniqueFd server_;
  std::atomic<bool> stop_{false};
  std::thread sender_;
};

TEST_F(SandboxTest, WhatTheDaemonNeedsWorks) {
  const HostTraffic traffic;
  for (const char* work : {"threads", "memory", "waiting", "clocks", "links", "sock_diag",
                           "conntrack", "capture", "signals"}) {
    Child child(With({"work", work}));
    EXPECT_EQ(child.Line(), "works") << work;
    EXPECT_EQ(child.End(), "exit 0") << work;
  }
}

TEST_F(SandboxTest, ThreadsWorkEachTime) {
  for (int i = 0; i < 20; ++i) {
    Child child(With({"work", "threads"}));
    ASSERT_EQ(child.Line(), "works");
    ASSERT_EQ(child.End(), "exit 0");
  }
}

TEST_F(SandboxTest, TheBpfIteratorWorks) {
  Child child(With({"--bpf", "work", "bpf"}));
  const std::string answer = child.Line();
  if (answer.starts_with("no link: ")) GTEST_SKIP() << answer;
  EXPECT_EQ(answer, "works");
}

TEST_F(SandboxTest, OnlyTheStateDirectoryCanBeWritten) {
  const std::string state = directory_ + "/state";
  std::ofstream(directory_ + "/outside") << "x";
  Child child(With({"--state", state, "work", "state"}));
  EXPECT_EQ(child.Line(), "works");
  EXPECT_EQ(child.End(), "exit 0");
  Child other(With({"--state", state, "act", "openat"}));
  EXPECT_EQ(other.Line(), kEnoent);
}

TEST_F(SandboxTest, AnAbortIsAnAbort) {
  Child child(With({"abort"}));
  EXPECT_EQ(child.End(), "signal " + std::to_string(SIGABRT));
}

TEST_F(SandboxTest, StrictVerifiesEachControl) {
  Child child(With({"attest"}));
  const auto states = Attested(child);
  for (const char* control :
       {"netns", "root", "uid", "gid", "groups", "cap_effective", "cap_permitted", "cap_bounding",
        "cap_ambient", "no_new_privs", "dumpable", "landlock", "seccomp"}) {
    ASSERT_TRUE(states.contains(control)) << control;
    EXPECT_TRUE(states.at(control).starts_with("1|")) << control << ": " << states.at(control);
  }
  ASSERT_TRUE(states.contains("acts"));
  const std::string acts = states.at("acts");
  EXPECT_EQ(acts.substr(0, acts.find('|')), acts.substr(acts.find('|') + 1));
}

TEST_F(SandboxTest, AnActThatSucceedsStopsTheStart) {
  Child child(With({"--no-filter", "attest"}));
  const std::string line = child.Line();
  EXPECT_TRUE(line.starts_with("not sealed: the sandbox does not hold")) << line;
  EXPECT_NE(line.find("socket unix (succeeded)"), std::string::npos) << line;
  EXPECT_EQ(child.End(), "exit 78");
}

TEST_F(SandboxTest, OffAndReportGiveUpRootAllTheSame) {
  for (const char* mode : {"off", "report", "best-effort"}) {
    Child child(With({"--mode", mode, "attest"}));
    const auto states = Attested(child);
    for (const char* control : {"uid", "cap_permitted", "cap_bounding", "no_new_privs"}) {
      ASSERT_TRUE(states.contains(control)) << mode << ", " << control;
      EXPECT_TRUE(states.at(control).starts_with("1|")) << mode << ", " << control;
    }
    EXPECT_EQ(child.End(), "exit 0") << mode;
  }
}

// The fields of /proc/PID/status.
std::map<std::string, std::string> StatusOf(const std::filesystem::path& file) {
  std::map<std::string, std::string> fields;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const size_t colon = line.find(':');
    const size_t value = line.find_first_not_of("\t ", colon + 1);
    fields[line.substr(0, colon)] = value == std::string::npos ? "" : line.substr(value);
  }
  return fields;
}

TEST_F(SandboxTest, EveryThreadIsConfinedAsTheKernelSeesIt) {
  const std::string own_net = std::filesystem::read_symlink("/proc/self/ns/net");
  const std::string own_user = std::filesystem::read_symlink("/proc/self/ns/user");
  Child child(With({"serve"}));
  ASSERT_EQ(child.Line(), "ready");
  const std::filesystem::path proc = "/proc/" + std::to_string(child.pid());
  const std::string uid = std::to_string(getpwnam(DaemonUser().c_str())->pw_uid);
  int threads = 0;
  for (const auto& task : std::filesystem::directory_iterator(proc / "task")) {
    ++threads;
    auto fields = StatusOf(task.path() / "status");
    for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
      EXPECT_EQ(fields[set], "0000000000000000") << set;
    }
    EXPECT_EQ(fields["NoNewPrivs"], "1");
    EXPECT_EQ(fields["Seccomp"], "2");
    EXPECT_EQ(fields["Seccomp_filters"], "2");
    EXPECT_EQ(fields["Uid"], uid + "\t" + uid + "\t" + uid + "\t" + uid);
    EXPECT_EQ(fields["Groups"], "");
  }
  EXPECT_EQ(threads, 4);
  EXPECT_NE(std::filesystem::read_symlink(proc / "ns/net").string(), own_net);
  EXPECT_EQ(std::filesystem::read_symlink(proc / "ns/user").string(), own_user);
  EXPECT_TRUE(std::filesystem::is_empty(proc / "root"));
  std::ifstream net(proc / "net/dev");
  std::stringstream devices;
  devices << net.rdbuf();
  EXPECT_EQ(devices.str().find("eth"), std::string::npos);
  struct stat info {};
  ASSERT_EQ(stat((proc / "mem").c_str(), &info), 0);
  EXPECT_EQ(info.st_uid, 0u) << "the process can be traced by its own user";
  child.CloseStdin();
  EXPECT_EQ(child.End(), "exit 0");
}

TEST_F(SandboxTest, PeersAreKnownByTheirUid) {
  Child child(With({"serve"}));
  ASSERT_EQ(child.Line(), "ready");
  for (const uid_t uid : {uid_t{0}, kSomeUser, uid_t{2}}) {
    ASSERT_TRUE(ConnectAs(uid, socket()));
    EXPECT_EQ(child.Line(), "peer " + std::to_string(uid));
  }
}

TEST_F(SandboxTest, ASleeperSurvivesStopAndContinue) {
  Child child(With({"serve"}));
  ASSERT_EQ(child.Line(), "ready");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(kill(child.pid(), SIGSTOP), 0);
    int status = 0;
    ASSERT_EQ(waitpid(child.pid(), &status, WUNTRACED), child.pid());
    ASSERT_TRUE(WIFSTOPPED(status));
    ASSERT_EQ(kill(child.pid(), SIGCONT), 0);
    ASSERT_TRUE(ConnectAs(kSomeUser, socket()));
    ASSERT_EQ(child.Line(), "peer " + std::to_string(kSomeUser));
  }
}

// A replay by an ordinary user: no root at any time.
TEST_F(SandboxTest, AReplayIsSealedAsFarAsItsCallerMay) {
  const std::string file = directory_ + "/a.pcap";
  std::ofstream(file) << "\xd4\xc3\xb2\xa1";
  const std::string out = directory_ + "/out/flows.jsonl";
  std::filesystem::create_directory(directory_ + "/out");
  ASSERT_EQ(chown((directory_ + "/out").c_str(), kSomeUser, kSomeUser), 0);
  const auto become = [] {
    if (setgroups(0, nullptr) != 0 || setresgid(kSomeUser, kSomeUser, kSomeUser) != 0 ||
        setresuid(kSomeUser, kSomeUser, kSomeUser) != 0) {
      _exit(2);
    }
  };
  const Arguments replay = {"--replay", file, "--out", out, "--flows"};
  const auto with = [&](Arguments more) {
    more.insert(more.begin(), replay.begin(), replay.end());
    return more;
  };
  for (const char* work : {"replay", "output", "threads"}) {
    Child child(with({"work", work}), become);
    EXPECT_EQ(child.Line(), "works") << work;
  }
  for (const char* act : {"execve", "ptrace", "connect", "fork", "unshare"}) {
    Child child(with({"act", act}), become);
    EXPECT_EQ(child.End(), kKilled) << act;
  }
  Child child(with({"attest"}), become);
  const auto states = Attested(child);
  for (const char* control :
       {"cap_effective", "cap_permitted", "no_new_privs", "dumpable", "landlock", "seccomp"}) {
    ASSERT_TRUE(states.contains(control)) << control;
    EXPECT_TRUE(states.at(control).starts_with("1|")) << control << ": " << states.at(control);
  }
  for (const char* control : {"uid", "netns", "root", "cap_bounding"}) {
    ASSERT_TRUE(states.contains(control)) << control;
    EXPECT_TRUE(states.at(control).starts_with("3|")) << control << ": " << states.at(control);
  }
  // The same by root is sealed as a live daemon is.
  Child root(with({"attest"}));
  const auto by_root = Attested(root);
  for (const char* control : {"uid", "netns", "root", "cap_bounding"}) {
    ASSERT_TRUE(by_root.contains(control)) << control;
    EXPECT_TRUE(by_root.at(control).starts_with("1|")) << control << ": " << by_root.at(control);
  }
}

// Makes `root`, an ordinary directory, look like "/" and chroots there.  The mounts are in a
// namespace of this process: whoever tidies up `root` must not meet the host's files in it.
void EnterPlainChroot(const std::string& root) {
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    _exit(3);
  }
  for (const auto& entry : std::filesystem::directory_iterator("/")) {
    const std::string place = root + entry.path().string();
    if (entry.is_symlink()) {
      std::filesystem::copy_symlink(entry.path(), place);
    } else if (entry.is_directory()) {
      std::filesystem::create_directory(place);
      if (mount(entry.path().c_str(), place.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
        _exit(3);
      }
    }
  }
  if (chroot(root.c_str()) != 0 || chdir("/") != 0) _exit(3);
}

// Where "/" is no mount point, pivot_root is refused.
TEST_F(SandboxTest, InAPlainChrootTheEmptyRootIsEnteredByChroot) {
  const std::string root = directory_ + "/root";
  std::filesystem::create_directory(root);
  Child child(With({"attest"}), [&] { EnterPlainChroot(root); });
  const auto states = Attested(child);
  EXPECT_EQ(child.End(), "exit 0");
  ASSERT_TRUE(states.contains("root"));
  EXPECT_TRUE(states.at("root").starts_with("1|chroot|")) << states.at("root");
}

}  // namespace
}  // namespace rustnet
