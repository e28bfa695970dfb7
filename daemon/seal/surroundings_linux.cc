// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/surroundings_linux.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/seal/notify.h"

namespace rustnet {
namespace {

// `error` is empty if the file is open.
UniqueFd OpenCaptureFile(const std::string& path, std::string* error) {
  UniqueFd fd(path == "-" ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                          : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) {
    *error = "cannot open capture file " + path + ": " + std::strerror(errno);
    return {};
  }
  if (S_ISDIR(info.st_mode)) {
    *error = path + " is a directory, no capture file";
    return {};
  }
  return fd;
}

Status OpenStateDirectory(const SealConfig& config, Handles& handles) {
  if (config.state_dir.empty()) return Ok();
  const char* const path = config.state_dir.c_str();
  const bool made = mkdir(path, 0700) == 0;
  if (!made && errno != EEXIST) {
    return FromErrno(errno, "making the state directory " + config.state_dir);
  }
  handles.state_dir.reset(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handles.state_dir) {
    return FromErrno(errno, "opening the state directory " + config.state_dir);
  }
  const AccessIds& ids = handles.access;
  if (made && geteuid() == 0 && fchown(handles.state_dir.get(), ids.uid, ids.gid) != 0) {
    return FromErrno(errno, "giving the state directory " + config.state_dir + " to user " +
                                config.user + "; make it before (systemd-tmpfiles --create)");
  }
  return Ok();
}

Status OpenLog(const SealConfig& config, Handles& handles) {
  if (config.log_file.empty()) return Ok();
  handles.log.reset(
      open(config.log_file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640));
  if (handles.log) return Ok();
  return FromErrno(errno, "opening log file " + config.log_file);
}

// None of the three standard descriptors may be free: the next file to be opened would take its
// place, and messages would be written into it.
Status FillClosedStreams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    if (open("/dev/null", O_RDWR) != fd) return FromErrno(errno, "opening /dev/null");
  }
  return Ok();
}

// stdin becomes nothing: a terminal there could be written to and driven by ioctl(2).
Status EmptyStdin() {
  const UniqueFd null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null || dup2(null.get(), STDIN_FILENO) < 0) return FromErrno(errno, "opening /dev/null");
  return Ok();
}

// Variables by which whoever starts the daemon could change what gRPC does (its doc/
// environment_variables.md), proxies among them.
void ForgetVariables() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    if (name.starts_with("GRPC_") || name.ends_with("_proxy") || name.ends_with("_PROXY")) {
      names.emplace_back(name);
    }
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

// localtime(3) looks at the file again at each call unless TZ names it.
void ReadTimeZone() {
  setenv("TZ", ":/etc/localtime", 0);
  tzset();
}

}  // namespace

Status OpenFiles(const SealConfig& config, Handles& handles) {
  RN_RETURN_IF_ERROR(FillClosedStreams());
  for (const std::string& path : config.read_files) {
    std::string error;
    UniqueFd fd = OpenCaptureFile(path, &error);
    if (!fd && config.read_files.size() == 1) return DataLoss(error);
    handles.capture_files.push_back(std::move(fd));
    handles.capture_file_errors.push_back(std::move(error));
  }
  for (const std::string& path : config.write_files) {
    UniqueFd fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600));
    if (!fd) return FromErrno(errno, "opening output file " + path);
    handles.output_files.push_back(std::move(fd));
  }
  return Ok();
}

Status OpenSurroundings(const SealConfig& config, Handles& handles) {
  RN_RETURN_IF_ERROR(OpenStateDirectory(config, handles));
  RN_RETURN_IF_ERROR(OpenLog(config, handles));
  RN_ASSIGN_OR_RETURN(handles.notify, ConnectNotify());
  RN_RETURN_IF_ERROR(EmptyStdin());
  ForgetVariables();
  ReadTimeZone();
  return Ok();
}

}  // namespace rustnet
