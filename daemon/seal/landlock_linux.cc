// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/landlock_linux.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "common/base/unique_fd.h"

namespace rustnet {
namespace {

// As struct landlock_ruleset_attr of Linux 6.12; the header of the build machine may be older.
struct RulesetAttributes {
  uint64_t handled_access_fs = 0;
  uint64_t handled_access_net = 0;  // ABI 4
  uint64_t scoped = 0;              // ABI 6
};

constexpr std::array<uint64_t, 5> kFileRights = {
    (1U << 13) - 1,  // ABI 1: execute to make_sym
    (1U << 14) - 1,  // 2: refer
    (1U << 15) - 1,  // 3: truncate
    (1U << 15) - 1,  // 4
    (1U << 16) - 1,  // 5: ioctl on devices
};
constexpr uint64_t kTcpBindAndConnect = 3;
constexpr uint64_t kAbstractSocketsAndSignals = 3;
constexpr uint64_t kTruncate = 1U << 14;
constexpr uint64_t kStateRights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                  LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | kTruncate;

RulesetAttributes Rights(long abi) {
  RulesetAttributes rights;
  const auto row = std::min<size_t>(static_cast<size_t>(abi), kFileRights.size()) - 1;
  rights.handled_access_fs = kFileRights[row];
  if (abi >= 4) rights.handled_access_net = kTcpBindAndConnect;
  if (abi >= 6) rights.scoped = kAbstractSocketsAndSignals;
  return rights;
}

Status AllowBeneath(int ruleset, int directory, uint64_t handled) {
  landlock_path_beneath_attr rule{};
  rule.allowed_access = kStateRights & handled;
  rule.parent_fd = directory;
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0) {
    return Ok();
  }
  return FromErrno(errno, "allowing the state directory in the Landlock rules");
}

// Errno of opening the root directory, which only Landlock can refuse; 0: it opened.
int OpenRoot() {
  const UniqueFd root(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return root ? 0 : errno;
}

// Errno of binding a TCP socket that was made before; the port does not matter.
int BindTcp(int socket) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  return bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

}  // namespace

Status EnterLandlock(int state_dir, Attestation& attestation) {
  const long abi =
      syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) {
    return FailedPrecondition(std::string("Landlock cannot be used here (") + std::strerror(errno) +
                              "): the kernel needs CONFIG_SECURITY_LANDLOCK and \"landlock\" in "
                              "lsm=, a container or unit "
                              "must allow its system calls; --sandbox=best-effort runs without it");
  }
  const RulesetAttributes rights = Rights(abi);
  const UniqueFd ruleset(
      static_cast<int>(syscall(SYS_landlock_create_ruleset, &rights, sizeof rights, 0)));
  if (!ruleset) return FromErrno(errno, "making the Landlock rules");
  if (state_dir >= 0) {
    RN_RETURN_IF_ERROR(AllowBeneath(ruleset.get(), state_dir, rights.handled_access_fs));
  }
  const UniqueFd tcp(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
    return FromErrno(errno, "entering the Landlock rules");
  }

  const std::string version = "abi " + std::to_string(abi);
  if (OpenRoot() != EACCES) return Internal("Landlock does not refuse opening the root directory");
  attestation.controls.push_back(
      {"landlock", ControlState::kVerified, version, "probed: open / refused"});
  if (abi >= 4 && tcp) {
    if (BindTcp(tcp.get()) != EACCES) return Internal("Landlock does not refuse a TCP bind");
    attestation.controls.push_back(
        {"landlock_tcp", ControlState::kVerified, version, "probed: TCP bind refused"});
  } else {
    attestation.controls.push_back(
        {"landlock_tcp", ControlState::kUnsupported, version, "needs ABI 4 (Linux 6.7)"});
  }
  attestation.controls.push_back(
      {"landlock_scope", abi >= 6 ? ControlState::kRequested : ControlState::kUnsupported, version,
       abi >= 6 ? "landlock_restrict_self" : "needs ABI 6 (Linux 6.12)"});
  return Ok();
}

}  // namespace rustnet
