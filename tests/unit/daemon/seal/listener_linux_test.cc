// SPDX-License-Identifier: Apache-2.0
// Binding and inheriting the API's socket.  What only root may do is in tests/sandbox.
#include "daemon/seal/listener_linux.h"

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

namespace rustnet {
namespace {

class ListenerTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "rustnet-listener-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    config_.socket_path = directory_ + "/sub/api.sock";
    config_.read_files = {"a.pcap"};
    ids_.gid = getgid();
    ids_.reader_gid = -1;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  bool Connects() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    config_.socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
    const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  std::string directory_;
  SealConfig config_;
  AccessIds ids_;
};

TEST_F(ListenerTest, BindsListensAndLeavesNothingElse) {
  const auto listener = BindListener(config_, ids_);
  ASSERT_TRUE(listener.ok()) << Message(listener.status());
  EXPECT_TRUE(Connects());
  size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_ + "/sub")) {
    EXPECT_EQ(entry.path().filename(), "api.sock");
    ++entries;
  }
  EXPECT_EQ(entries, 1u);
  EXPECT_NE(fcntl(listener->get(), F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(fcntl(listener->get(), F_GETFD) & FD_CLOEXEC, 0);
}

TEST_F(ListenerTest, WhoAnswersIsNotReplaced) {
  const auto first = BindListener(config_, ids_);
  ASSERT_TRUE(first.ok());
  const auto second = BindListener(config_, ids_);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(ExitCode(second.status()), 75);
  EXPECT_NE(Message(second.status()).find("already running"), std::string::npos);
}

TEST_F(ListenerTest, ADeadSocketIsReplaced) {
  { ASSERT_TRUE(BindListener(config_, ids_).ok()); }
  ASSERT_TRUE(std::filesystem::is_socket(config_.socket_path));
  EXPECT_FALSE(Connects());
  const auto again = BindListener(config_, ids_);
  ASSERT_TRUE(again.ok()) << Message(again.status());
  EXPECT_TRUE(Connects());
}

TEST_F(ListenerTest, AHalfMadeSocketOfAnEarlierStartIsNoObstacle) {
  std::filesystem::create_directory(directory_ + "/sub");
  std::ofstream(directory_ + "/sub/.api.sock.new") << "";
  EXPECT_TRUE(BindListener(config_, ids_).ok());
}

TEST_F(ListenerTest, AFileIsLeftAlone) {
  std::filesystem::create_directory(directory_ + "/sub");
  std::ofstream(config_.socket_path) << "precious";
  const auto listener = BindListener(config_, ids_);
  ASSERT_FALSE(listener.ok());
  EXPECT_EQ(ExitCode(listener.status()), 78);
  EXPECT_EQ(std::filesystem::file_size(config_.socket_path), 8u);
}

TEST_F(ListenerTest, APathMustFitAnAddress) {
  for (const std::string& path : {std::string(), directory_ + "/" + std::string(108, 'x')}) {
    config_.socket_path = path;
    const auto listener = BindListener(config_, ids_);
    ASSERT_FALSE(listener.ok()) << path;
    EXPECT_EQ(ExitCode(listener.status()), 64) << Message(listener.status());
  }
}

TEST_F(ListenerTest, AMissingParentIsOneSentence) {
  config_.socket_path = directory_ + "/no/such/api.sock";
  const auto listener = BindListener(config_, ids_);
  ASSERT_FALSE(listener.ok());
  EXPECT_NE(Message(listener.status()).find("/no/such"), std::string::npos);
}

class InheritedTest : public testing::Test {
 protected:
  void Set(const std::string& pid, const char* count) {
    setenv("LISTEN_PID", pid.c_str(), 1);
    setenv("LISTEN_FDS", count, 1);
  }
};

TEST_F(InheritedTest, NothingWasPassed) {
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  const auto none = InheritedListener();
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
}

TEST_F(InheritedTest, WhatIsForAnotherProcessIsNotTaken) {
  Set(std::to_string(getpid() + 1), "1");
  const auto none = InheritedListener();
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(*none);
  EXPECT_EQ(getenv("LISTEN_FDS"), nullptr);
}

TEST_F(InheritedTest, TwoAreTooMany) {
  Set(std::to_string(getpid()), "2");
  const auto two = InheritedListener();
  ASSERT_FALSE(two.ok());
  EXPECT_EQ(ExitCode(two.status()), 78);
}

}  // namespace
}  // namespace rustnet
