// SPDX-License-Identifier: Apache-2.0
// Connection ids: where the table keeps a row and how often that place was used, under a keyed
// permutation (four Feistel rounds).  So ids need no map, are unique in an epoch, and neither their
// order nor their gaps tell a caller of rows that it may not see.
#pragma once

#include <array>
#include <cstdint>

#include "common/base/hash.h"

namespace rustnet {

class IdCipher {
 public:
  explicit IdCipher(const std::array<uint64_t, 4>& key) : key_(key) {}

  // Never 0: that value is exchanged for the one that would come from it.
  uint64_t Encrypt(uint64_t plain) const {
    const uint64_t id = Permute(plain);
    return id != 0 ? id : Permute(0);
  }
  // Of an id that was never given out: some number, to be checked by the caller.
  uint64_t Decrypt(uint64_t id) const {
    const uint64_t plain = Restore(id);
    return plain != 0 ? plain : Restore(0);
  }

 private:
  uint64_t Permute(uint64_t value) const {
    uint64_t left = value >> 32;
    uint64_t right = value & 0xffffffff;
    for (const uint64_t round : key_) {
      const uint64_t next = left ^ (MixHash(right, round) & 0xffffffff);
      left = right;
      right = next;
    }
    return left << 32 | right;
  }
  uint64_t Restore(uint64_t value) const {
    uint64_t left = value >> 32;
    uint64_t right = value & 0xffffffff;
    for (size_t i = key_.size(); i-- > 0;) {
      const uint64_t before = right ^ (MixHash(left, key_[i]) & 0xffffffff);
      right = left;
      left = before;
    }
    return left << 32 | right;
  }

  std::array<uint64_t, 4> key_;
};

}  // namespace rustnet
