// SPDX-License-Identifier: Apache-2.0
// Seal probes as children of a test, and the directory in which they have their sockets.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/unique_fd.h"

namespace rustnet {

using Arguments = std::vector<std::string>;

inline std::string DaemonUser() { return getpwnam("rustnet") != nullptr ? "rustnet" : "nobody"; }

// A child with a pipe from its stdout and one to its stdin.
class Child {
 public:
  // `before` runs in the child, before the program does.
  explicit Child(
      const Arguments& arguments, const std::function<void()>& before = [] {}) {
    std::array<int, 2> out{};
    std::array<int, 2> in{};
    EXPECT_EQ(pipe2(out.data(), O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(in.data(), O_CLOEXEC), 0);
    std::vector<char*> words = {const_cast<char*>(SEAL_PROBE)};
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      dup2(in[0], 0);
      dup2(out[1], 1);
      before();
      execv(words[0], words.data());
      _exit(127);
    }
    close(out[1]);
    close(in[0]);
    out_.reset(out[0]);
    in_.reset(in[1]);
  }
  ~Child() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next line; empty at the end, and after 60 s without one.
  std::string Line() {
    std::string line;
    pollfd readable{out_.get(), POLLIN, 0};
    for (char c = 0; poll(&readable, 1, 60'000) == 1 && read(out_.get(), &c, 1) == 1;) {
      if (c == '\n') break;
      line += c;
    }
    return line;
  }
  void CloseStdin() { in_.reset(); }
  // "exit N" or "signal N".
  std::string End() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                               : "exit " + std::to_string(WEXITSTATUS(status));
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  UniqueFd out_;
  UniqueFd in_;
};

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "sealing needs root at its start";
    std::string name = "/tmp/rustnet-sandbox-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
  }
  void TearDown() override {
    if (!directory_.empty()) std::filesystem::remove_all(directory_);
  }

  std::string socket() const { return directory_ + "/run/rustnetd.sock"; }
  Arguments With(Arguments more) const {
    Arguments all = {"--socket", socket(), "--user", DaemonUser()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  std::string directory_;
};

constexpr const char* kKilled = "signal 31";  // SIGSYS
constexpr uid_t kSomeUser = 41'234;           // has no name and no rights

// Control -> "state|value|evidence", as `attest` prints them.
inline std::map<std::string, std::string> Attested(Child& child) {
  std::map<std::string, std::string> states;
  for (std::string line = child.Line(); !line.empty(); line = child.Line()) {
    const size_t bar = line.find('|');
    states[line.substr(0, bar)] = line.substr(bar + 1);
  }
  return states;
}

// Connects as `uid` in a process of its own; true: connected.
inline bool ConnectAs(uid_t uid, const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    if (setgroups(0, nullptr) != 0 || setresgid(uid, uid, uid) != 0 ||
        setresuid(uid, uid, uid) != 0) {
      _exit(2);
    }
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    _exit(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace rustnet
