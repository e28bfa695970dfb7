// SPDX-License-Identifier: Apache-2.0
// The only way this project reads bytes that came from a network.
//
// A read past the end yields zero (or an empty span) and latches failure; every later read then
// also yields zero.  So a parser reads straight through and asks ok() once, before it believes
// anything it read.  Never throws, never allocates, never touches a byte outside its span.
#pragma once

#include <array>
#include <cstring>

#include "common/base/bytes.h"

namespace rustnet {

// A header of fixed layout, read by offsets that are checked when it is compiled.
template <size_t kSize>
class FixedHeader {
 public:
  explicit FixedHeader(std::span<const uint8_t, kSize> bytes) : bytes_(bytes) {}

  // Network order.
  template <size_t kOffset>
  uint8_t U8() const {
    static_assert(kOffset < kSize);
    return bytes_[kOffset];
  }
  template <size_t kOffset>
  uint16_t U16() const {
    return static_cast<uint16_t>(U8<kOffset>() << 8 | U8<kOffset + 1>());
  }
  template <size_t kOffset>
  uint32_t U32() const {
    // In this form compilers see one load and a byte swap.
    return uint32_t{U8<kOffset>()} << 24 | uint32_t{U8<kOffset + 1>()} << 16 |
           uint32_t{U8<kOffset + 2>()} << 8 | uint32_t{U8<kOffset + 3>()};
  }
  template <size_t kOffset>
  uint64_t U64() const {
    return uint64_t{U32<kOffset>()} << 32 | U32<kOffset + 4>();
  }
  // `kCount` bytes, copied.
  template <size_t kOffset, size_t kCount>
  void CopyTo(std::array<uint8_t, kCount>* out) const {
    static_assert(kOffset + kCount <= kSize);
    std::memcpy(out->data(), bytes_.template subspan<kOffset, kCount>().data(), kCount);
  }

 private:
  std::span<const uint8_t, kSize> bytes_;
};

class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool empty() const { return rest_.empty(); }
  size_t size() const { return rest_.size(); }
  // What has not been read yet; empty after a failure.
  Bytes rest() const { return rest_; }

  // Network order.
  uint8_t U8() { return static_cast<uint8_t>(BigEndian<1>()); }
  uint16_t U16() { return static_cast<uint16_t>(BigEndian<2>()); }
  uint32_t U24() { return static_cast<uint32_t>(BigEndian<3>()); }
  uint32_t U32() { return static_cast<uint32_t>(BigEndian<4>()); }
  uint64_t U64() { return BigEndian<8>(); }
  // Little-endian.
  uint16_t Le16() { return static_cast<uint16_t>(LittleEndian<2>()); }
  uint32_t Le32() { return static_cast<uint32_t>(LittleEndian<4>()); }
  uint64_t Le64() { return LittleEndian<8>(); }

  // The next byte without reading it; 0 at the end, without failing.
  uint8_t Peek() const { return rest_.empty() ? uint8_t{0} : rest_.front(); }

  // The next `n` bytes, not copied: they live as long as the packet does.
  Bytes Take(size_t n) {
    if (n > rest_.size()) return Fail();
    const Bytes head = rest_.first(n);
    rest_ = rest_.subspan(n);
    return head;
  }

  // The next `kSize` bytes with one check; all zero after a failure.
  template <size_t kSize>
  FixedHeader<kSize> Header() {
    static constexpr std::array<uint8_t, kSize> kZero{};
    if (rest_.size() < kSize) {
      Fail();
      return FixedHeader<kSize>(kZero);
    }
    const FixedHeader<kSize> header(rest_.first<kSize>());
    rest_ = rest_.subspan(kSize);
    return header;
  }

  // As many of the next `n` bytes as there are; never fails.
  Bytes TakeUpTo(size_t n) { return Take(n < rest_.size() ? n : rest_.size()); }

  // A reader over the next `n` bytes.  If they are not there, this reader and that one have failed.
  ByteReader Sub(size_t n) {
    ByteReader sub(Take(n));
    sub.ok_ = ok_;
    return sub;
  }
  void Skip(size_t n) { Take(n); }

 private:
  template <size_t kSize>
  uint64_t BigEndian() {
    if (rest_.size() < kSize) return Fail(), 0;
    uint64_t value = 0;
    for (size_t i = 0; i < kSize; ++i) value = value << 8 | rest_[i];
    rest_ = rest_.subspan(kSize);
    return value;
  }
  template <size_t kSize>
  uint64_t LittleEndian() {
    if (rest_.size() < kSize) return Fail(), 0;
    uint64_t value = 0;
    for (size_t i = 0; i < kSize; ++i) value |= static_cast<uint64_t>(rest_[i]) << (8 * i);
    rest_ = rest_.subspan(kSize);
    return value;
  }
  Bytes Fail() {
    ok_ = false;
    rest_ = {};
    return {};
  }

  Bytes rest_;
  bool ok_ = true;
};

}  // namespace rustnet
