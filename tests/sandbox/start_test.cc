// SPDX-License-Identifier: Apache-2.0
// The start from outside: the socket, who may connect to it, and what a start that fails says.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/base/unique_fd.h"
#include "tests/sandbox/child.h"

namespace rustnet {
namespace {

TEST_F(SandboxTest, ASecondDaemonIsToldOfTheFirst) {
  Child first(With({"serve"}));
  ASSERT_EQ(first.Line(), "ready");
  Child second(With({"serve"}));
  const std::string line = second.Line();
  EXPECT_NE(line.find("already running"), std::string::npos) << line;
  EXPECT_EQ(second.End(), "exit 75");
  ASSERT_TRUE(ConnectAs(0, socket()));
  EXPECT_EQ(first.Line(), "peer 0") << "the first one lost its socket";
}

TEST_F(SandboxTest, AStaleSocketIsReplaced) {
  {
    Child first(With({"serve"}));
    ASSERT_EQ(first.Line(), "ready");
  }
  ASSERT_TRUE(std::filesystem::is_socket(socket()));
  Child second(With({"serve"}));
  EXPECT_EQ(second.Line(), "ready");
  EXPECT_TRUE(ConnectAs(kSomeUser, socket()));
}

TEST_F(SandboxTest, WhoMayConnectFollowsFromTheAccessRule) {
  struct stat info {};
  {
    Child own(With({"serve"}));
    ASSERT_EQ(own.Line(), "ready");
    ASSERT_EQ(stat(socket().c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0666u);
    EXPECT_EQ(info.st_uid, 0u);
  }
  Child none(With({"--others-none", "serve"}));
  ASSERT_EQ(none.Line(), "ready");
  ASSERT_EQ(stat(socket().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0660u);
  EXPECT_FALSE(ConnectAs(kSomeUser, socket()));
}

TEST_F(SandboxTest, APrivateDaemonIsItsOwners) {
  Child child(With({"--owner", std::to_string(kSomeUser), "serve"}));
  ASSERT_EQ(child.Line(), "ready");
  struct stat info {};
  ASSERT_EQ(stat((directory_ + "/run").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700u);
  EXPECT_EQ(info.st_uid, kSomeUser);
  EXPECT_TRUE(ConnectAs(kSomeUser, socket()));
  EXPECT_FALSE(ConnectAs(2, socket()));
}

TEST_F(SandboxTest, PrivateDirectoriesOfDeadDaemonsAreSwept) {
  const auto start = [this](const std::string& directory) {
    return Arguments{"--socket", directory_ + "/" + directory + "/api.sock",
                     "--user",   DaemonUser(),
                     "--owner",  std::to_string(kSomeUser),
                     "serve"};
  };
  {
    Child dead(start("rustnet-41234-1"));
    ASSERT_EQ(dead.Line(), "ready");
  }
  Child alive(start("rustnet-41234-2"));
  ASSERT_EQ(alive.Line(), "ready");
  Child newest(start("rustnet-41234-3"));
  ASSERT_EQ(newest.Line(), "ready");
  EXPECT_FALSE(std::filesystem::exists(directory_ + "/rustnet-41234-1"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/rustnet-41234-2/api.sock"));
  EXPECT_TRUE(std::filesystem::exists(directory_ + "/rustnet-41234-3/api.sock"));
}

TEST_F(SandboxTest, AnInheritedListenerIsTaken) {
  const std::string path = directory_ + "/inherited.sock";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listener.get(), 8), 0);
  Child child(With({"serve"}), [&] {
    if (dup2(listener.get(), 3) != 3 || fcntl(3, F_SETFD, 0) != 0) _exit(3);
    setenv("LISTEN_PID", std::to_string(getpid()).c_str(), 1);
    setenv("LISTEN_FDS", "1", 1);
  });
  ASSERT_EQ(child.Line(), "ready");
  EXPECT_FALSE(std::filesystem::exists(socket()));
  ASSERT_TRUE(ConnectAs(0, path));
  EXPECT_EQ(child.Line(), "peer 0");
}

TEST_F(SandboxTest, MistakesAreOneSentenceAndACode) {
  Child nobody(Arguments{"--socket", socket(), "--user", "no-such-user", "serve"});
  const std::string missing = nobody.Line();
  EXPECT_NE(missing.find("useradd"), std::string::npos) << missing;
  EXPECT_EQ(nobody.End(), "exit 78");

  Child as_root(Arguments{"--socket", socket(), "--user", "root", "serve"});
  EXPECT_NE(as_root.Line(), "ready");
  EXPECT_EQ(as_root.End(), "exit 78");

  Child unprivileged(With({"serve"}), [] {
    if (setresuid(kSomeUser, kSomeUser, kSomeUser) != 0) _exit(2);
  });
  const std::string needs = unprivileged.Line();
  EXPECT_NE(needs.find("rustnetd needs to start as root"), std::string::npos) << needs;
  EXPECT_EQ(unprivileged.End(), "exit 77");

  Child no_file(Arguments{"--replay", directory_ + "/none.pcap", "--flows", "attest"});
  EXPECT_NE(no_file.Line().find("none.pcap"), std::string::npos);
  EXPECT_EQ(no_file.End(), "exit 65");

  std::filesystem::create_directories(directory_ + "/run");
  std::ofstream(socket()) << "a file";
  Child file(With({"serve"}));
  EXPECT_NE(file.Line().find("is no socket"), std::string::npos);
  EXPECT_EQ(file.End(), "exit 78");
}

}  // namespace
}  // namespace rustnet
