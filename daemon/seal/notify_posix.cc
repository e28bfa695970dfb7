// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <string>

#include "daemon/seal/notify.h"

namespace rustnet {

StatusOr<UniqueFd> ConnectNotify() {
  const char* const variable = std::getenv("NOTIFY_SOCKET");
  if (variable == nullptr || *variable == '\0') return UniqueFd();
  const std::string path = variable;
  unsetenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if ((path[0] != '/' && path[0] != '@') || path.size() >= sizeof address.sun_path) {
    return FailedPrecondition("NOTIFY_SOCKET is \"" + path + "\", which is no socket address");
  }
  std::copy(path.begin(), path.end(), address.sun_path);
  if (path[0] == '@') address.sun_path[0] = '\0';
  UniqueFd fd(socket(AF_UNIX, SOCK_DGRAM, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (!fd || fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0 ||
      connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    return FromErrno(errno, "connecting to the service manager at " + path + " (NOTIFY_SOCKET)");
  }
  return fd;
}

void Notify(const UniqueFd& fd, std::string_view state) {
  if (fd) static_cast<void>(send(fd.get(), state.data(), state.size(), 0));
}

}  // namespace rustnet
