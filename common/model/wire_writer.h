// SPDX-License-Identifier: Apache-2.0
// Writes protobuf's wire format (protobuf.dev/programming-guides/encoding) straight into a string.
//
// Only for rows: a table of 50 000 of them has to be ready in a few milliseconds, and most of a row
// never changes.  What it writes is what the generated classes parse; convert_test holds it to
// that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rustnet::model {

class WireWriter {
 public:
  explicit WireWriter(std::string* out) : out_(out) {}

  // proto3: a field that has its default value is not written ...
  void UInt(uint32_t field, uint64_t value) {
    if (value != 0) Always(field, value);
  }
  void Text(uint32_t field, std::string_view value) {
    if (!value.empty()) Bytes(field, value);
  }
  void Fixed64(uint32_t field, uint64_t value) {
    if (value == 0) return;
    Tag(field, 1);
    AppendFixed64(value);
  }
  // ... unless it is `optional`, or an element of a repeated field.
  void Always(uint32_t field, uint64_t value) {
    Tag(field, 0);
    Varint(value);
  }
  void Bytes(uint32_t field, std::string_view value) {
    Tag(field, 2);
    Varint(value.size());
    out_->append(value);
  }

  // A submessage or packed array, filled by `body(WireWriter&)`.  Written even if it stays empty:
  // that says "present".
  template <typename Body>
  void Sub(uint32_t field, Body body) {
    Tag(field, 2);
    const size_t start = out_->size() + 1;
    out_->push_back(0);
    body(*this);
    FixLength(start);
  }

  void Varint(uint64_t value) {
    char buffer[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) buffer[n++] = static_cast<char>(value | 0x80);
    buffer[n++] = static_cast<char>(value);
    out_->append(buffer, n);
  }
  void AppendFixed64(uint64_t value) {
    char buffer[8];
    for (char& byte : buffer) {
      byte = static_cast<char>(value);
      value >>= 8;
    }
    out_->append(buffer, sizeof buffer);
  }

 private:
  void Tag(uint32_t field, uint32_t type) { Varint(uint64_t{field} << 3 | type); }

  // One byte was left for the length of what starts at `start`; most submessages need no more.
  void FixLength(size_t start) {
    const uint64_t length = out_->size() - start;
    if (length < 0x80) {
      (*out_)[start - 1] = static_cast<char>(length);
      return;
    }
    std::string varint;
    WireWriter(&varint).Varint(length);
    out_->replace(start - 1, 1, varint);
  }

  std::string* out_;
};

}  // namespace rustnet::model
