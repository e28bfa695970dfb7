// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/listener_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace rustnet {
namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START
constexpr int kBacklog = 128;

// Of a socket path that passed CheckPath, or of its temporary name.
sockaddr_un Address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

UniqueFd StreamSocket() {
  return UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// ".NAME.new" beside `path`.
std::string TemporaryName(const std::string& path) {
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + "." + path.substr(name) + ".new";
}

// The path and its temporary name must fit an address (unix(7): 108 bytes with the final zero).
Status CheckPath(const std::string& path) {
  constexpr size_t kLongest = sizeof sockaddr_un{}.sun_path - 1 - std::string_view("..new").size();
  if (!path.empty() && path.size() <= kLongest && path.back() != '/') return Ok();
  return InvalidArgument("socket path \"" + path + "\" must name a file and have at most " +
                         std::to_string(kLongest) + " bytes; name another with --socket");
}

// Whether `path` is free, or a socket that nobody listens on.
Status CheckUnused(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return Ok();
    return FromErrno(errno, "looking at socket " + path);
  }
  if (!S_ISSOCK(info.st_mode)) {
    return FailedPrecondition(path + " exists and is no socket; remove it, or name another path " +
                              "with --socket");
  }
  const sockaddr_un address = Address(path);
  const UniqueFd probe = StreamSocket();
  if (!probe) return FromErrno(errno, "making a socket");
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
      errno == EAGAIN) {
    return AlreadyExists("rustnetd is already running: it answers at " + path +
                         "; stop it, or name another path with --socket");
  }
  if (errno == ECONNREFUSED || errno == ENOENT) return Ok();
  return FromErrno(errno, "asking whether a daemon answers at " + path);
}

struct Directory {
  std::string path;
  bool made = false;
};

// Root's own until the socket stands in it: nobody else can put something in its place meanwhile.
StatusOr<Directory> MakeDirectory(const std::string& socket_path) {
  Directory directory{DirectoryOf(socket_path)};
  if (mkdir(directory.path.c_str(), 0700) == 0) {
    directory.made = true;
  } else if (errno != EEXIST) {
    return FromErrno(errno, "making directory " + directory.path + " for the socket");
  }
  return directory;
}

// Hands a directory that was made here to who shall use it.
Status OpenDirectory(const Directory& directory, const SealConfig& config) {
  if (!directory.made || config.replay()) return Ok();
  if (config.owner_uid >= 0 && chown(directory.path.c_str(), static_cast<uid_t>(config.owner_uid),
                                     static_cast<gid_t>(-1)) == 0) {
    return Ok();
  }
  // For all; or CAP_CHOWN is not among what the service has: the socket's peers are then told apart
  // by SO_PEERCRED alone, as in /run/rustnet.
  if (chmod(directory.path.c_str(), 0755) == 0) return Ok();
  return FromErrno(errno, "opening directory " + directory.path + " to the socket's users");
}

// Private daemons leave their directories behind: sealed, they cannot remove them, and their owners
// may not write to /run.  Takes away those beside `directory` whose socket refuses.  Only a socket
// of the known name is unlinked, in a directory that is no link.
void SweepPrivateDirectories(const std::string& directory, const std::string& socket_name) {
  const std::string parent = DirectoryOf(directory);
  DIR* const entries = opendir(parent.c_str());
  if (entries == nullptr) return;
  while (const dirent* entry = readdir(entries)) {
    if (!std::string_view(entry->d_name).starts_with("rustnet-")) continue;
    std::string place = parent;
    place.append("/").append(entry->d_name);
    const UniqueFd inside(open(place.c_str(), O_DIRECTORY | O_NOFOLLOW | O_PATH | O_CLOEXEC));
    const std::string socket_path = place + "/" + socket_name;
    const UniqueFd probe = StreamSocket();
    if (!inside || !CheckPath(socket_path).ok() || !probe) continue;
    const sockaddr_un address = Address(socket_path);
    if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
        errno != ECONNREFUSED) {
      continue;
    }
    unlinkat(inside.get(), socket_name.c_str(), 0);
    rmdir(place.c_str());
  }
  closedir(entries);
}

mode_t SocketMode(const SealConfig& config) {
  if (geteuid() != 0) return 0600;
  // A private daemon's owner need not be in group rustnet.
  if (config.others == OthersAccess::kOwn || config.owner_uid >= 0) return 0666;
  return 0660;
}

// bind(2) gives the file the effective group and the mode that umask leaves: no chown, for which
// the service has no capability, and no moment at which the file has other rights.
int BindAs(int fd, const sockaddr_un& address, mode_t mode, int64_t group) {
  const gid_t own = getegid();
  const bool as_group = geteuid() == 0 && group >= 0;
  if (as_group && setegid(static_cast<gid_t>(group)) != 0) return errno;
  const mode_t mask = umask(0777 & ~mode);
  int error =
      bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
  umask(mask);
  if (as_group && setegid(own) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

StatusOr<UniqueFd> InheritedListener() {
  const char* const pid = std::getenv("LISTEN_PID");
  const char* const count = std::getenv("LISTEN_FDS");
  const bool ours = pid != nullptr && count != nullptr && std::to_string(getpid()) == pid;
  const std::string number = count != nullptr ? count : "";
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  unsetenv("LISTEN_FDNAMES");
  if (!ours || number == "0") return UniqueFd();
  if (number != "1") {
    return FailedPrecondition("the service manager passed " + number +
                              " sockets; rustnetd takes one (ListenStream= once)");
  }
  int domain = 0;
  int listening = 0;
  socklen_t size = sizeof domain;
  if (getsockopt(kFirstInherited, SOL_SOCKET, SO_DOMAIN, &domain, &size) != 0 ||
      getsockopt(kFirstInherited, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
      domain != AF_UNIX || listening == 0) {
    return FailedPrecondition(
        "the socket passed by the service manager is no listening Unix stream socket; "
        "rustnetd.socket needs ListenStream= with a path");
  }
  UniqueFd listener(kFirstInherited);
  if (fcntl(listener.get(), F_SETFD, FD_CLOEXEC) != 0 ||
      fcntl(listener.get(), F_SETFL, O_NONBLOCK) != 0) {
    return FromErrno(errno, "taking over the service manager's socket");
  }
  return listener;
}

StatusOr<UniqueFd> BindListener(const SealConfig& config, const AccessIds& ids) {
  const std::string& path = config.socket_path;
  RN_RETURN_IF_ERROR(CheckPath(path));
  const std::string temporary = TemporaryName(path);
  const sockaddr_un address = Address(temporary);
  RN_RETURN_IF_ERROR(CheckUnused(path));
  RN_ASSIGN_OR_RETURN(const Directory directory, MakeDirectory(path));
  UniqueFd listener = StreamSocket();
  if (!listener) return FromErrno(errno, "making the listening socket");
  unlink(temporary.c_str());  // of a start that ended here
  const int64_t group = ids.reader_gid >= 0 ? ids.reader_gid : static_cast<int64_t>(ids.gid);
  if (const int error = BindAs(listener.get(), address, SocketMode(config), group); error != 0) {
    return FromErrno(error, "binding the socket in " + directory.path);
  }
  if (listen(listener.get(), kBacklog) != 0) return FromErrno(errno, "listening on " + path);
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    return FromErrno(error, "putting the socket at " + path);
  }
  RN_RETURN_IF_ERROR(OpenDirectory(directory, config));
  if (config.owner_uid >= 0 && directory.made && geteuid() == 0) {
    SweepPrivateDirectories(directory.path, path.substr(path.rfind('/') + 1));
  }
  return listener;
}

}  // namespace rustnet
