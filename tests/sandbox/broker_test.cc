// SPDX-License-Identifier: Apache-2.0
// The scan broker: what it answers, what it holds, and what it can no longer do.
#include "daemon/broker/broker.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "daemon/broker/confine_linux.h"
#include "daemon/broker/scan_message.h"
#include "tests/sandbox/child.h"

namespace rustnet {
namespace {

std::string StatusLine(int pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key + ":", 0) == 0) return line.substr(key.size() + 2);
  }
  return {};
}

uint32_t InodeOf(int fd) {
  struct stat info {};
  return fstat(fd, &info) == 0 ? static_cast<uint32_t>(info.st_ino) : 0;
}

class BrokerTest : public SandboxTest {
 protected:
  void SetUp() override {
    SandboxTest::SetUp();
    if (IsSkipped()) return;
    const passwd* user = getpwnam(DaemonUser().c_str());
    uid_ = user->pw_uid;
    gid_ = user->pw_gid;
  }

  // How a process ends that confines itself and then does `act`, which returns its exit code.
  std::string Ends(const std::function<int()>& act) const {
    const pid_t child = fork();
    if (child == 0) {
      const std::string refusal = ConfineBroker(uid_, gid_);
      syscall(SYS_exit_group, refusal.empty() ? act() : 99);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                               : "exit " + std::to_string(WEXITSTATUS(status));
  }
  static int Opens(const char* path, int flags = O_RDONLY) {
    return openat(AT_FDCWD, path, flags) >= 0 ? 0 : errno;
  }

  uint32_t uid_ = 0;
  uint32_t gid_ = 0;
};

TEST_F(BrokerTest, TellsTheSocketsOfAllAndEndsWithTheDaemon) {
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM, 0));
  StatusOr<Broker> broker = StartBroker(uid_, gid_);
  ASSERT_TRUE(broker.ok()) << Message(broker.status());
  for (int walk = 0; walk < 2; ++walk) {
    ASSERT_EQ(send(broker->socket.get(), &kScan, 1, 0), 1);
    std::set<uint32_t> pids;
    bool found = false;
    std::vector<uint8_t> message(kScanBuffer);
    for (;;) {
      const ssize_t bytes = recv(broker->socket.get(), message.data(), message.size(), 0);
      ASSERT_GT(bytes, 0);
      ScanMessage header;
      std::memcpy(&header, message.data(), sizeof header);
      if (header.pid == 0) break;
      pids.insert(header.pid);
      if (header.pid != static_cast<uint32_t>(getpid())) continue;
      std::vector<uint32_t> inodes(header.inodes);
      std::memcpy(inodes.data(), message.data() + sizeof header, inodes.size() * sizeof(uint32_t));
      for (const uint32_t inode : inodes) found |= inode == InodeOf(server.get());
    }
    EXPECT_TRUE(found);
    EXPECT_TRUE(pids.contains(1));
  }
  EXPECT_EQ(StatusLine(broker->pid, "CapEff"), "0000000000080004");
  EXPECT_EQ(StatusLine(broker->pid, "CapPrm"), "0000000000080004");
  EXPECT_EQ(StatusLine(broker->pid, "CapBnd"), "0000000000000000");
  EXPECT_EQ(StatusLine(broker->pid, "CapAmb"), "0000000000000000");
  EXPECT_EQ(StatusLine(broker->pid, "Seccomp"), "2");
  EXPECT_EQ(StatusLine(broker->pid, "NoNewPrivs"), "1");
  std::istringstream uids(StatusLine(broker->pid, "Uid"));
  for (uint32_t uid = 0; uids >> uid;) EXPECT_EQ(uid, uid_);
  broker->socket.reset();
  int status = 0;
  EXPECT_EQ(waitpid(broker->pid, &status, 0), broker->pid);
  EXPECT_TRUE(WIFEXITED(status));
}

TEST_F(BrokerTest, ARequestThatIsNotInTheTableIsTheEnd) {
  StatusOr<Broker> broker = StartBroker(uid_, gid_);
  ASSERT_TRUE(broker.ok()) << Message(broker.status());
  ASSERT_EQ(send(broker->socket.get(), "X", 1, 0), 1);
  char byte = 0;
  EXPECT_EQ(recv(broker->socket.get(), &byte, 1, 0), 0);
  waitpid(broker->pid, nullptr, 0);
}

TEST_F(BrokerTest, ReadsProcAndNothingElse) {
  EXPECT_EQ(Ends([] { return Opens("/1/stat"); }), "exit 0");
  EXPECT_EQ(Ends([] { return Opens("/1/fd", O_RDONLY | O_DIRECTORY); }), "exit 0");
  EXPECT_EQ(Ends([] { return Opens("/etc/passwd"); }), "exit " + std::to_string(ENOENT));
  EXPECT_EQ(Ends([] { return Opens("/proc/1/stat"); }), "exit " + std::to_string(ENOENT));
  EXPECT_EQ(Ends([] { return Opens("/../etc/passwd"); }), "exit " + std::to_string(ENOENT));
  for (const char* link : {"/1/root/etc/passwd", "/1/cwd/etc/passwd", "/self/root", "/1/exe",
                           "/1/ns/net", "/1/fd/0"}) {
    EXPECT_EQ(Ends([link] { return Opens(link); }), "exit " + std::to_string(ELOOP)) << link;
  }
}

TEST_F(BrokerTest, WhatAWalkDoesNotTakeIsTheEnd) {
  EXPECT_EQ(Ends([] { return Opens("/self/oom_score_adj", O_WRONLY); }), kKilled);
  EXPECT_EQ(Ends([] { return Opens("/self/mem", O_RDWR); }), kKilled);
  EXPECT_EQ(Ends([] { return Opens("/x", O_RDONLY | O_CREAT); }), kKilled);
  EXPECT_EQ(Ends([] { return Opens("/", O_RDONLY | O_PATH); }), kKilled);
  EXPECT_EQ(Ends([] { return ::socket(AF_INET, SOCK_STREAM, 0); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_fork)); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(ptrace(PTRACE_ATTACH, 1, 0, 0)); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0)); }),
            kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_pidfd_open, 1, 0)); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_execve, "/1/exe", nullptr, nullptr)); }),
            kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_mmap, 0, 4096, 7, 0x22, -1, 0)); }),
            kKilled);
  EXPECT_EQ(Ends([] { return kill(1, 0); }), kKilled);
  EXPECT_EQ(Ends([] { return setuid(0); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(write(1, "x", 1)); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(send(1, "x", 1, 0)); }), kKilled);
  EXPECT_EQ(Ends([] { return static_cast<int>(syscall(SYS_openat2, AT_FDCWD, "/1", 0, 0)); }),
            kKilled);
}

}  // namespace
}  // namespace rustnet
