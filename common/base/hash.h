// SPDX-License-Identifier: Apache-2.0
// A fast 64-bit mix for our own tables (multiply and fold, as in wyhash).  Keyed by the caller
// where an outsider could choose the keys.
#pragma once

#include <cstdint>

namespace rustnet {

inline uint64_t MixHash(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xe7037ed1a0b428dbULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

}  // namespace rustnet
