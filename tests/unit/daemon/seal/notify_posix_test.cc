// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "daemon/seal/notify.h"

namespace rustnet {
namespace {

// A service manager's end at `name`; a leading '@' stands for an abstract name.
UniqueFd ServiceManager(const std::string& name) {
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, sizeof address.sun_path - 1);
  if (name[0] == '@') address.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size), 0) << name;
  return fd;
}

std::string Received(const UniqueFd& fd) {
  std::array<char, 256> text{};
  const ssize_t got = recv(fd.get(), text.data(), text.size(), MSG_DONTWAIT);
  return got < 0 ? "" : std::string(text.data(), static_cast<size_t>(got));
}

TEST(NotifyTest, ConnectsToAPathAndToAnAbstractName) {
  const std::string tag = "rustnet-notify-" + std::to_string(getpid());
  for (const std::string& name : {testing::TempDir() + tag, "@" + tag}) {
    const UniqueFd manager = ServiceManager(name);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    const auto fd = ConnectNotify();
    ASSERT_TRUE(fd.ok()) << Message(fd.status());
    EXPECT_EQ(getenv("NOTIFY_SOCKET"), nullptr);
    unlink(name.c_str());  // connected is connected
    Notify(*fd, "READY=1\nSTATUS=capturing");
    EXPECT_EQ(Received(manager), "READY=1\nSTATUS=capturing");
  }
}

TEST(NotifyTest, WithoutAManagerNothingHappens) {
  unsetenv("NOTIFY_SOCKET");
  const auto fd = ConnectNotify();
  ASSERT_TRUE(fd.ok());
  EXPECT_FALSE(*fd);
  Notify(*fd, "READY=1");
}

TEST(NotifyTest, AWrongAddressIsOneSentence) {
  setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
  EXPECT_EQ(ExitCode(ConnectNotify().status()), 78);
  setenv("NOTIFY_SOCKET", "/no/such/socket", 1);
  const auto none = ConnectNotify();
  ASSERT_FALSE(none.ok());
  EXPECT_NE(Message(none.status()).find("/no/such/socket"), std::string::npos);
}

}  // namespace
}  // namespace rustnet
