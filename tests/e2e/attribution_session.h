// SPDX-License-Identifier: Apache-2.0
// What the attribution tests share: one load of the programs, sockets on the loopback, children.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>

#include "common/base/clock.h"
#include "daemon/attribution/attribution.h"
#include "daemon/seal/load_bpf.h"

namespace rustnet {

using net::Protocol;

inline uint64_t OwnNetns() {
  const int fd = socket(AF_INET, SOCK_DGRAM, 0);
  uint64_t cookie = 0;
  socklen_t size = sizeof cookie;
  getsockopt(fd, SOL_SOCKET, 71 /* SO_NETNS_COOKIE */, &cookie, &size);
  close(fd);
  return cookie;
}

// Loaded once and read by one reader, as in the daemon: a process is told once, not to each reader.
struct Session {
  void Start() {
    handles.bpf = LoadBpf();
    handles.host_netns_cookie = OwnNetns();
    if (handles.bpf.loaded()) attribution = MakeAttribution(handles);
  }
  void End() {
    attribution.reset();
    UnloadBpf(&handles.bpf);
  }
  Handles handles;
  std::unique_ptr<Attribution> attribution;
};

// Tests that need the programs, loaded once for all of a suite.
class BpfTest : public ::testing::Test {
 protected:
  static Session& TheSession() {
    static Session session;
    return session;
  }
  static void SetUpTestSuite() {
    if (geteuid() == 0) TheSession().Start();
  }
  static void TearDownTestSuite() { TheSession().End(); }
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "needs root";
    if (!TheSession().attribution) GTEST_SKIP() << TheSession().handles.bpf.refusal;
    attribution_ = TheSession().attribution.get();
  }

  Owner Find(const SocketTuple& tuple, Duration age = 0) {
    attribution_->Poll(MonotonicNow());
    return attribution_->Find(tuple, age);
  }

  Attribution* attribution_ = nullptr;
};

inline uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

inline sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline int Open(int type, const std::function<int(int, const sockaddr*, socklen_t)>& act,
                uint16_t port) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(act(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0)
      << strerror(errno);
  return fd;
}

inline int ListenOn(uint16_t port) {
  const int fd = Open(SOCK_STREAM, &bind, port);
  EXPECT_EQ(listen(fd, 16), 0);
  return fd;
}

inline SocketTuple Tuple(Protocol protocol, uint16_t local, uint16_t remote) {
  return {.protocol = protocol,
          .local = IpAddress::V4(INADDR_LOOPBACK),
          .remote = IpAddress::V4(INADDR_LOOPBACK),
          .local_port = local,
          .remote_port = remote,
          .netns = OwnNetns()};
}

// A child that runs `body` and waits to be told to end.
class Process {
 public:
  explicit Process(const std::function<void()>& body) {
    EXPECT_EQ(pipe2(ready_, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(end_, O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) {
      close(end_[1]);
      body();
      (void)!write(ready_[1], "r", 1);
      char byte;
      (void)!read(end_[0], &byte, 1);
      _exit(0);
    }
    close(ready_[1]);
    close(end_[0]);
    char byte;
    EXPECT_EQ(read(ready_[0], &byte, 1), 1);
  }
  ~Process() {
    close(end_[1]);
    close(ready_[0]);
    waitpid(pid_, nullptr, 0);
  }
  pid_t pid() const { return pid_; }

 private:
  int ready_[2];
  int end_[2];
  pid_t pid_ = -1;
};

}  // namespace rustnet
