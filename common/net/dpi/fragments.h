// SPDX-License-Identifier: Apache-2.0
// A message from pieces in any order, each with its offset, as in QUIC's CRYPTO frames and DTLS's
// handshake fragments.  Bounded in bytes and in holes; what goes beyond is refused.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "common/base/bytes.h"

namespace rustnet::net {

class Fragments {
 public:
  static constexpr size_t kMostBytes = 1 << 14;
  static constexpr size_t kMostRanges = 64;

  // False if it would be too much; then nothing has changed.
  bool Add(uint64_t offset, Bytes piece) {
    if (offset > kMostBytes || piece.size() > kMostBytes - offset) return false;
    if (piece.empty()) return true;
    const uint32_t begin = static_cast<uint32_t>(offset);
    Range added = {begin, begin + static_cast<uint32_t>(piece.size())};
    // All ranges that meet the new one become one with it.
    const auto first = std::find_if(ranges_.begin(), ranges_.end(),
                                    [&](const Range& r) { return r.end >= added.begin; });
    const auto last =
        std::find_if(first, ranges_.end(), [&](const Range& r) { return r.begin > added.end; });
    if (first == last && ranges_.size() == kMostRanges) return false;
    if (bytes_.size() < added.end) bytes_.resize(added.end);
    std::copy(piece.begin(), piece.end(), bytes_.begin() + begin);
    if (first != last) {
      added = {std::min(added.begin, first->begin), std::max(added.end, (last - 1)->end)};
    }
    ranges_.insert(ranges_.erase(first, last), added);
    return true;
  }

  // The bytes from 0 up to the first hole.
  Bytes Beginning() const {
    const bool begun = !ranges_.empty() && ranges_.front().begin == 0;
    return Bytes(bytes_).first(begun ? ranges_.front().end : 0);
  }
  bool empty() const { return ranges_.empty(); }
  void Clear() {
    bytes_ = {};
    ranges_ = {};
  }
  size_t memory() const { return bytes_.capacity() + ranges_.capacity() * sizeof(Range); }

 private:
  struct Range {
    uint32_t begin;
    uint32_t end;
  };
  std::vector<uint8_t> bytes_;
  std::vector<Range> ranges_;  // in order, none meets another
};

}  // namespace rustnet::net
