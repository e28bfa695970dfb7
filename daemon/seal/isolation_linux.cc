// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/isolation_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "common/base/unique_fd.h"

namespace rustnet {
namespace {

constexpr unsigned long kMountFlags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
constexpr const char* kTmpfsOptions = "size=4k,nr_inodes=2,mode=0555";

// Inode of this process's network namespace; 0: it cannot be read.
ino_t NetworkNamespace() {
  struct stat info {};
  return stat("/proc/self/ns/net", &info) == 0 ? info.st_ino : 0;
}

size_t Interfaces() {
  struct if_nameindex* const list = if_nameindex();
  if (list == nullptr) return 0;
  size_t count = 0;
  while (list[count].if_index != 0) ++count;
  if_freenameindex(list);
  return count;
}

// Threads of this process; 0: it cannot be read.
size_t Threads() {
  DIR* const tasks = opendir("/proc/self/task");
  if (tasks == nullptr) return 0;
  size_t count = 0;
  while (const dirent* entry = readdir(tasks)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(tasks);
  return count;
}

bool RootIsEmpty() {
  DIR* const root = opendir("/");
  if (root == nullptr) return false;
  bool empty = true;
  while (const dirent* entry = readdir(root)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") empty = false;
  }
  closedir(root);
  return empty;
}

// A tmpfs over a directory of this mount namespace, then the root of it.  EINVAL where "/" is not a
// mount point, that is in a plain chroot.
int Pivot() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return errno;
  const char* place = nullptr;
  for (const char* candidate : {"/proc", "/tmp", "/run"}) {
    if (mount("rustnet", candidate, "tmpfs", kMountFlags, kTmpfsOptions) != 0) continue;
    place = candidate;
    break;
  }
  if (place == nullptr || chdir(place) != 0) return errno;
  // Old and new root on one another, then the old one is taken away (pivot_root(2), "." and ".").
  if (syscall(SYS_pivot_root, ".", ".") != 0) return errno;
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return errno;
  return mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kMountFlags, nullptr) == 0
             ? 0
             : errno;
}

// A mount that stands nowhere in the tree as root directory: nothing is mounted where it could be
// seen by others, which a mount in a chroot's shared tree would be.
int Chroot() {
  const UniqueFd context(fsopen("tmpfs", FSOPEN_CLOEXEC));
  if (!context) return errno;
  if (fsconfig(context.get(), FSCONFIG_SET_STRING, "size", "4k", 0) != 0 ||
      fsconfig(context.get(), FSCONFIG_SET_STRING, "mode", "0555", 0) != 0 ||
      fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    return errno;
  }
  const UniqueFd root(
      fsmount(context.get(), FSMOUNT_CLOEXEC,
              MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
  if (!root || fchdir(root.get()) != 0 || chroot(".") != 0 || chdir("/") != 0) return errno;
  return 0;
}

}  // namespace

Status CheckOneThread() {
  const size_t threads = Threads();
  if (threads <= 1) return Ok();
  return Internal("a thread was started before the seal (" + std::to_string(threads) +
                  " run now); the seal would not hold for it");
}

Status LeaveNamespaces(Attestation& attestation) {
  const ino_t before = NetworkNamespace();
  if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS) != 0) {
    return FromErrno(errno, "leaving the network, IPC, UTS and mount namespaces");
  }
  const ino_t after = NetworkNamespace();
  if (before == 0 || after == 0) {
    return FailedPrecondition(
        "/proc is not mounted, so it cannot be proved that the network namespace was left; mount "
        "it, or use --sandbox=best-effort");
  }
  if (before == after) return Internal("the network namespace is the same after unshare");
  if (const size_t interfaces = Interfaces(); interfaces > 1) {
    return Internal("the new network namespace has " + std::to_string(interfaces) + " interfaces");
  }
  attestation.controls.push_back({"netns", ControlState::kVerified,
                                  std::to_string(before) + " to " + std::to_string(after),
                                  "read: inode before and after, no interface but loopback"});
  attestation.controls.push_back(
      {"ipc, uts, mount namespaces", ControlState::kRequested, "", "unshare"});
  return Ok();
}

Status EnterEmptyRoot(Attestation& attestation) {
  const char* how = "pivot_root";
  if (const int pivot = Pivot(); pivot != 0) {
    how = "chroot";
    if (const int error = Chroot(); error != 0) {
      return FromErrno(error, std::string("entering an empty root directory (pivot_root: ") +
                                  std::to_string(pivot) + ", then chroot)");
    }
  }
  if (!RootIsEmpty()) return Internal("the root directory is not empty after the change");
  attestation.controls.push_back(
      {"root", ControlState::kVerified, how, "read: the root directory is empty"});
  return Ok();
}

}  // namespace rustnet
