// SPDX-License-Identifier: Apache-2.0
// HPACK (RFC 7541): the header blocks of one direction of an HTTP/2 connection.  What was said
// before the first block that is seen is unknown, and a header that refers to it is passed over.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/base/byte_reader.h"

namespace rustnet::net {

class HeaderSink {
 public:
  virtual ~HeaderSink() = default;
  // Both live as long as the call.
  virtual void OnHeader(std::string_view name, std::string_view value) = 0;
};

class HpackDecoder {
 public:
  static constexpr size_t kLargestTable = 1 << 16;  // as RFC 7541 section 4.1 counts

  // Gives the headers of a whole block to `sink`.  False: it is damaged, and so is all that
  // follows.
  bool Decode(Bytes block, HeaderSink* sink);
  size_t memory() const { return size_ + name_.capacity() + value_.capacity(); }

 private:
  struct Entry {
    std::string name;
    std::string value;
    bool known = true;
  };
  struct View {
    std::string_view name;
    std::string_view value;
    bool known = false;
  };
  View Look(uint64_t index) const;
  bool DecodeLiteral(ByteReader* reader, uint8_t first, HeaderSink* sink);
  void Insert(Entry entry);
  void Shrink(size_t limit);

  std::deque<Entry> entries_;  // the newest first
  size_t size_ = 0;
  size_t limit_ = 4096;
  std::string name_;
  std::string value_;
};

// RFC 7541 section 5.2, appendix B.  False if it is none.
bool DecodeHuffman(Bytes bytes, std::string* text);

}  // namespace rustnet::net
