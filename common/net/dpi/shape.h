// SPDX-License-Identifier: Apache-2.0
// A probe as a list of what must stand one behind the other.  It keeps the law of probes by itself:
// what is not there yet is not judged.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissector.h"

namespace rustnet::net {

class Shape {
 public:
  explicit Shape(Bytes opening) : reader_(opening) {}

  // `is` judges the number.
  template <typename Is>
  Shape& U8(Is is) {
    return Step(1, [&] { return is(reader_.U8()); });
  }
  template <typename Is>
  Shape& U16(Is is) {
    return Step(2, [&] { return is(reader_.U16()); });
  }
  template <typename Is>
  Shape& U24(Is is) {
    return Step(3, [&] { return is(reader_.U24()); });
  }
  template <typename Is>
  Shape& U32(Is is) {
    return Step(4, [&] { return is(reader_.U32()); });
  }
  template <typename Is>
  Shape& Le16(Is is) {
    return Step(2, [&] { return is(reader_.Le16()); });
  }
  template <typename Is>
  Shape& Le32(Is is) {
    return Step(4, [&] { return is(reader_.Le32()); });
  }
  Shape& Is(std::string_view bytes) {
    for (const char c : bytes) {
      U8([c](uint8_t byte) { return byte == static_cast<uint8_t>(c); });
    }
    return *this;
  }
  Shape& Skip(size_t n) {
    return Step(n, [&] { return reader_.Skip(n), true; });
  }

  Verdict verdict() const { return verdict_; }
  // Behind what was judged; REQUIRES: verdict() is kMatch.
  Bytes rest() const { return reader_.rest(); }

 private:
  template <typename Judge>
  Shape& Step(size_t size, Judge judge) {
    if (verdict_ != Verdict::kMatch) return *this;
    if (reader_.size() < size) {
      verdict_ = Verdict::kNeedMore;
    } else if (!judge()) {
      verdict_ = Verdict::kNotMine;
    }
    return *this;
  }

  ByteReader reader_;
  Verdict verdict_ = Verdict::kMatch;
};

// Judges for Shape.
constexpr auto Between(uint64_t least, uint64_t most) {
  return [least, most](auto value) { return value >= least && value <= most; };
}
constexpr auto Equal(uint64_t wanted) {
  return [wanted](auto value) { return value == wanted; };
}

}  // namespace rustnet::net
