// SPDX-License-Identifier: Apache-2.0
// Who has connected, as the kernel says, and what that one may do.  Decided once, at accept; no
// handler asks again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rustnet {

// Of the moment of connect: later changes of groups do not count, a passed descriptor keeps it.
struct PeerIdentity {
  uint32_t uid = 0;
  uint32_t pid = 0;            // for the log alone
  std::vector<uint32_t> gids;  // primary and supplementary
};

// Looked up before the seal, as /etc/group cannot be read after it.
struct AccessPolicy {
  int64_t reader_gid = -1;  // group rustnet; -1: no such group
  int64_t admin_gid = -1;   // group rustnet-admin
  int64_t owner_uid = -1;   // --owner-uid: like group rustnet
  bool others_own = true;   // [access] others = "own"; else everybody else is refused
};

enum class AccessLevel : uint8_t {
  kRefused,
  kOwn,    // rows with an end of the caller's own
  kAll,    // all rows
  kAdmin,  // and control
};

// `sentence`: why, if refused.
AccessLevel Classify(const PeerIdentity& peer, const AccessPolicy& policy, std::string* sentence);

}  // namespace rustnet
