// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/peer.h"

#include <algorithm>

namespace rustnet {
namespace {

// What SO_PEERCRED shows for a uid that the daemon's user namespace does not map (user_namespaces
// (7)): everybody would look like this one, so nobody can be told by it.
constexpr uint32_t kOverflowUid = 65534;

}  // namespace

AccessLevel Classify(const PeerIdentity& peer, const AccessPolicy& policy, std::string* sentence) {
  const auto in_group = [&peer](int64_t gid) {
    return gid >= 0 && std::find(peer.gids.begin(), peer.gids.end(), gid) != peer.gids.end();
  };
  if (peer.uid == 0 || in_group(policy.admin_gid)) return AccessLevel::kAdmin;
  if (int64_t{peer.uid} == policy.owner_uid || in_group(policy.reader_gid)) {
    return AccessLevel::kAll;
  }
  if (peer.uid == kOverflowUid) {
    *sentence =
        "your user id cannot be told (65534): connect from outside of the user namespace, or as "
        "another user than nobody";
    return AccessLevel::kRefused;
  }
  if (!policy.others_own) {
    *sentence =
        "only root and group rustnet may watch on this host (`sudo usermod -aG rustnet USER`, then "
        "log in again)";
    return AccessLevel::kRefused;
  }
  return AccessLevel::kOwn;
}

}  // namespace rustnet
