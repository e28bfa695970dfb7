// SPDX-License-Identifier: Apache-2.0
#include "client/permission.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "common/base/text.h"

namespace rustnet::client {
namespace {

std::string UserName(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry != nullptr ? Printable(entry->pw_name, 64) : std::to_string(uid);
}

std::string GroupName(gid_t gid) {
  const group* entry = getgrgid(gid);
  return entry != nullptr ? Printable(entry->gr_name, 64) : std::to_string(gid);
}

// "srw-rw----"
std::string ModeText(mode_t mode) {
  std::string text = S_ISSOCK(mode) ? "s" : S_ISDIR(mode) ? "d" : "-";
  for (int shift = 6; shift >= 0; shift -= 3) {
    const mode_t bits = mode >> shift;
    text += (bits & 4) != 0 ? 'r' : '-';
    text += (bits & 2) != 0 ? 'w' : '-';
    text += (bits & 1) != 0 ? 'x' : '-';
  }
  return text;
}

}  // namespace

Permission DescribePermission(const std::string& socket, const Failure& failure) {
  Permission permission;
  permission.shown = true;
  permission.socket = Printable(socket, 256);
  struct stat info {};
  if (stat(socket.c_str(), &info) == 0) {
    permission.socket_owner =
        UserName(info.st_uid) + ":" + GroupName(info.st_gid) + "  " + ModeText(info.st_mode);
  }
  const uid_t uid = getuid();
  permission.user = UserName(uid);
  permission.identity = permission.user + " (uid " + std::to_string(uid) + "), groups:";
  std::vector<gid_t> groups(256);
  const int count = getgroups(static_cast<int>(groups.size()), groups.data());
  for (int i = 0; i < count; ++i) {
    permission.identity += " " + GroupName(groups[static_cast<size_t>(i)]);
  }
  if (failure.kind == Failure::Kind::kCallRefused) permission.sentence = failure.sentence;
  return permission;
}

}  // namespace rustnet::client
