// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/users_linux.h"

#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace rustnet {
namespace {

constexpr int kMostCapabilities = 64;  // bits of the two words of _LINUX_CAPABILITY_VERSION_3

struct CapabilitySets {
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> words{};
};

Status Capability(int which, CapabilitySets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(which, &header, sets.words.data()) == 0) return Ok();
  return FromErrno(errno, which == SYS_capget ? "reading the capabilities of this process"
                                              : "setting the capabilities of this process");
}

int64_t GroupId(const char* name) {
  const group* found = getgrnam(name);
  return found == nullptr ? -1 : static_cast<int64_t>(found->gr_gid);
}

std::string MissingUser(const std::string& name) {
  return "there is no user \"" + name +
         "\" to become after start-up; make it with: sudo useradd --system --user-group "
         "--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin " +
         name;
}

void Note(Attestation& attestation, const char* control, ControlState state, std::string value,
          const char* evidence) {
  attestation.controls.push_back({control, state, std::move(value), evidence});
}

// How many capabilities of the bounding set are left.  Read one by one: /proc may be gone.
int BoundingLeft() {
  int left = 0;
  for (int cap = 0; cap < kMostCapabilities; ++cap) {
    if (prctl(PR_CAPBSET_READ, cap) == 1) ++left;
  }
  return left;
}

int AmbientLeft() {
  int left = 0;
  for (int cap = 0; cap < kMostCapabilities; ++cap) {
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1) ++left;
  }
  return left;
}

// REQUIRES: CAP_SETPCAP is in the permitted set, else nothing happens.
void LowerBoundingSet() {
  CapabilitySets sets;
  if (!Capability(SYS_capget, sets).ok()) return;
  // The change of uid has emptied the effective set; it kept the permitted one (PR_SET_KEEPCAPS).
  for (auto& word : sets.words) word.effective = word.permitted;
  if (!Capability(SYS_capset, sets).ok()) return;
  for (int cap = 0; cap < kMostCapabilities; ++cap) prctl(PR_CAPBSET_DROP, cap);
}

}  // namespace

StatusOr<AccessIds> FindAccessIds(const SealConfig& config) {
  AccessIds ids;
  ids.reader_gid = GroupId("rustnet");
  ids.admin_gid = GroupId("rustnet-admin");
  ids.owner_uid = config.owner_uid;
  if (geteuid() != 0) {
    if (!config.replay()) {
      return PermissionDenied(
          "rustnetd needs to start as root: only root may open packet capture and load BPF, and "
          "all of it is given up before the first packet is read; use sudo, or the service "
          "(systemctl start rustnetd); a capture file is read without root by --read FILE");
    }
    ids.uid = getuid();
    ids.gid = getgid();
    if (ids.owner_uid < 0) ids.owner_uid = ids.uid;
    return ids;
  }
  const passwd* user = getpwnam(config.user.c_str());
  if (user == nullptr && config.replay()) user = getpwnam("nobody");
  if (user == nullptr) return FailedPrecondition(MissingUser(config.user));
  if (user->pw_uid == 0 || user->pw_gid == 0) {
    return FailedPrecondition("user \"" + config.user +
                              "\" is root or of group root; name one that owns nothing (--user)");
  }
  ids.uid = user->pw_uid;
  ids.gid = user->pw_gid;
  return ids;
}

Status BecomeUser(const AccessIds& ids, Attestation& attestation) {
  if (geteuid() != 0) {
    const std::string uid = std::to_string(geteuid());
    Note(attestation, "uid", ControlState::kUnsupported, uid, "a replay runs as its caller");
    return Ok();
  }
  // Kept through the change of uid, for one thing: lowering the bounding set needs CAP_SETPCAP.
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return FromErrno(errno, "keeping capabilities");
  if (setgroups(0, nullptr) != 0) return FromErrno(errno, "giving up supplementary groups");
  if (setresgid(ids.gid, ids.gid, ids.gid) != 0) return FromErrno(errno, "changing the group id");
  if (setresuid(ids.uid, ids.uid, ids.uid) != 0) return FromErrno(errno, "changing the user id");

  std::array<uid_t, 3> uids{};
  std::array<gid_t, 3> gids{};
  const bool read =
      getresuid(&uids[0], &uids[1], &uids[2]) == 0 && getresgid(&gids[0], &gids[1], &gids[2]) == 0;
  const bool changed =
      read && std::all_of(uids.begin(), uids.end(), [&](uid_t u) { return u == ids.uid; }) &&
      std::all_of(gids.begin(), gids.end(), [&](gid_t g) { return g == ids.gid; });
  if (!changed) return Internal("the kernel still shows other user or group ids after the change");
  if (getgroups(0, nullptr) != 0) return Internal("supplementary groups are left after setgroups");
  Note(attestation, "uid", ControlState::kVerified, std::to_string(ids.uid), "read: getresuid");
  Note(attestation, "gid", ControlState::kVerified, std::to_string(ids.gid), "read: getresgid");
  Note(attestation, "groups", ControlState::kVerified, "0", "read: getgroups");
  return Ok();
}

Status DropCapabilities(Attestation& attestation) {
  LowerBoundingSet();
  prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  CapabilitySets none;
  RN_RETURN_IF_ERROR(Capability(SYS_capset, none));

  CapabilitySets left;
  RN_RETURN_IF_ERROR(Capability(SYS_capget, left));
  for (const auto& word : left.words) {
    if ((word.effective | word.permitted | word.inheritable) != 0) {
      return Internal("the kernel still shows capabilities after all were given up");
    }
  }
  Note(attestation, "cap_effective", ControlState::kVerified, "0", "read: capget");
  Note(attestation, "cap_permitted", ControlState::kVerified, "0", "read: capget");
  if (AmbientLeft() != 0) return Internal("ambient capabilities are left after all were cleared");
  Note(attestation, "cap_ambient", ControlState::kVerified, "0", "read: prctl");
  const int bounding = BoundingLeft();
  if (bounding == 0) {
    Note(attestation, "cap_bounding", ControlState::kVerified, "0", "read: prctl");
    return Ok();
  }
  // Harmless behind no_new_privs and an empty permitted set; an ordinary user cannot lower it.
  Note(attestation, "cap_bounding", ControlState::kUnsupported, std::to_string(bounding),
       "read: prctl; lowering it needs CAP_SETPCAP");
  return Ok();
}

Status ForbidNewPrivileges(bool debuggable, Attestation& attestation) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return FromErrno(errno, "setting no_new_privs");
  if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1) return Internal("no_new_privs does not hold");
  Note(attestation, "no_new_privs", ControlState::kVerified, "1", "read: prctl");

  const int dumpable = debuggable ? 1 : 0;
  if (prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0) != 0) return FromErrno(errno, "setting dumpable");
  if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != dumpable) return Internal("dumpable does not hold");
  Note(attestation, "dumpable", debuggable ? ControlState::kOff : ControlState::kVerified,
       std::to_string(dumpable), "read: prctl");
  const rlimit none{0, 0};
  if (!debuggable && setrlimit(RLIMIT_CORE, &none) != 0) {
    return FromErrno(errno, "forbidding core files");
  }
  return Ok();
}

}  // namespace rustnet
