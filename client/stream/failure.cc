// SPDX-License-Identifier: Apache-2.0
#include "client/stream/failure.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "common/base/text.h"
#include "common/base/unique_fd.h"

namespace rustnet::client {
namespace {

// 0, or the errno of a connect that does not wait.
int TryConnect(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM, 0));
  if (!fd) return errno;
  fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  // POSIX wants the general type here.
  const auto* general = reinterpret_cast<const sockaddr*>(&address);
  return connect(fd.get(), general, sizeof(address)) == 0 ? 0 : errno;
}

Failure FromConnect(int error, const std::string& socket) {
  using Kind = Failure::Kind;
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return {Kind::kNoSocket,
              "there is no rustnetd at " + socket +
                  "; start it (systemctl start rustnetd), or run rustnet-client --standalone",
              kExitUnavailable};
    case ECONNREFUSED:
      return {Kind::kRefused,
              socket +
                  " is a socket without a daemon: rustnetd has ended; start it again "
                  "(systemctl start rustnetd)",
              kExitUnavailable};
    case EACCES:
    case EPERM:
      return {Kind::kNotPermitted,
              "your user may not open " + socket +
                  ": add it to group rustnet (sudo usermod -aG rustnet $USER) and log in again",
              kExitPermission};
    case EAGAIN:
      return {Kind::kNotAnswering,
              "rustnetd does not accept connections on " + socket + ": it is stopped or overloaded",
              kExitUnavailable};
    case ENAMETOOLONG:
      return {Kind::kNoSocket,
              "the path " + socket + " is too long for a socket; choose a shorter one (--socket)",
              kExitUsage};
    default:
      return {Kind::kNoSocket, "cannot connect to " + socket + ": " + std::strerror(error),
              kExitUnavailable};
  }
}

}  // namespace

std::string_view Failure::Brief() const {
  switch (kind) {
    case Kind::kNoSocket:
      return "no socket";
    case Kind::kRefused:
      return "it has ended";
    case Kind::kNotPermitted:
      return "not permitted";
    case Kind::kCut:
      return "connection closed";
    case Kind::kNotAnswering:
      return "no answer";
    case Kind::kVersion:
      return "another version";
    case Kind::kCallRefused:
      return "call refused";
    case Kind::kCall:
      break;
  }
  return "call failed";
}

Failure Diagnose(const grpc::Status& status, const std::string& socket) {
  using Kind = Failure::Kind;
  const std::string said = Printable(status.error_message(), 512);
  switch (status.error_code()) {
    case grpc::StatusCode::PERMISSION_DENIED:
      return {Kind::kCallRefused, said.empty() ? "rustnetd does not permit this" : said,
              kExitPermission};
    case grpc::StatusCode::UNIMPLEMENTED:
      return {Kind::kVersion,
              "rustnetd does not know this call" + (said.empty() ? "" : " (" + said + ")") +
                  "; it may be older than this client: update rustnetd",
              kExitUnavailable};
    case grpc::StatusCode::INVALID_ARGUMENT:
      return {Kind::kCall, said.empty() ? "rustnetd refused the request" : said, kExitUsage};
    case grpc::StatusCode::NOT_FOUND:
      return {Kind::kCall, said.empty() ? "rustnetd has no such thing" : said, kExitInput};
    default:
      break;
  }
  const int error = TryConnect(socket);
  if (error != 0) return FromConnect(error, socket);
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return {Kind::kNotAnswering,
            "rustnetd at " + socket + " does not answer: it is stopped or overloaded",
            kExitUnavailable};
  }
  if (status.error_code() == grpc::StatusCode::UNAVAILABLE) {
    return {Kind::kCut, "rustnetd closed the connection at once; its log says why",
            kExitUnavailable};
  }
  return {Kind::kCall,
          "rustnetd failed: " + (said.empty() ? std::to_string(status.error_code()) : said),
          kExitUnavailable};
}

}  // namespace rustnet::client
