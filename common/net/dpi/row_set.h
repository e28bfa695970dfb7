// SPDX-License-Identifier: Apache-2.0
// A set of rows of one transport's registry, by their numbers.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace rustnet::net {

class RowSet {
 public:
  static constexpr uint32_t kMost = 128;  // rows

  static RowSet Of(uint32_t row) {
    RowSet set;
    set.words_[row / 64] = uint64_t{1} << row % 64;
    return set;
  }

  bool empty() const { return (words_[0] | words_[1]) == 0; }
  bool Meets(const RowSet& other) const {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1])) != 0;
  }
  void Add(const RowSet& other) { *this = *this | other; }
  void Remove(uint32_t row) { words_[row / 64] &= ~(uint64_t{1} << row % 64); }

  // Calls `visit(row)` in rising order until it returns true; whether it did.
  template <typename Visit>
  bool Any(Visit visit) const {
    for (uint32_t word = 0; word < words_.size(); ++word) {
      for (uint64_t left = words_[word]; left != 0; left &= left - 1) {
        if (visit(word * 64 + static_cast<uint32_t>(std::countr_zero(left)))) return true;
      }
    }
    return false;
  }

  friend RowSet operator|(const RowSet& a, const RowSet& b) {
    return {a.words_[0] | b.words_[0], a.words_[1] | b.words_[1]};
  }
  friend RowSet operator&(const RowSet& a, const RowSet& b) {
    return {a.words_[0] & b.words_[0], a.words_[1] & b.words_[1]};
  }
  friend RowSet operator-(const RowSet& a, const RowSet& b) {
    return {a.words_[0] & ~b.words_[0], a.words_[1] & ~b.words_[1]};
  }
  friend bool operator==(const RowSet&, const RowSet&) = default;

  RowSet() = default;

 private:
  RowSet(uint64_t first, uint64_t second) : words_{first, second} {}

  std::array<uint64_t, kMost / 64> words_{};
};

}  // namespace rustnet::net
