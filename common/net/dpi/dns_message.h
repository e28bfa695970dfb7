// SPDX-License-Identifier: Apache-2.0
// DNS messages (RFC 1035 section 4): header, questions, records, compressed names.  mDNS, LLMNR and
// DNS over any transport have the same ones.
//
// A compression pointer must point before the name that it continues, so every name ends; names are
// at most 255 bytes, and what a message may hold is bounded by its size.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/base/byte_reader.h"

namespace rustnet::net {

namespace dns {
inline constexpr uint16_t kA = 1, kCname = 5, kOpt = 41, kAaaa = 28;
inline constexpr uint16_t kIn = 1;
inline constexpr uint16_t kMdnsBit = 0x8000;  // of a class: unicast wanted, cache flush (RFC 6762)
}  // namespace dns

// Labels with dots between them, ASCII letters in lower case, other bytes as they are; the root is
// empty.
class DnsName {
 public:
  std::string_view view() const { return {text_.data(), size_}; }
  void clear() { size_ = 0; }
  // False: it would be longer than 255 bytes.
  bool Append(Bytes label);

 private:
  std::array<char, 255> text_{};
  uint8_t size_ = 0;
};

struct DnsHeader {
  uint16_t id = 0;
  uint16_t flags = 0;
  std::array<uint16_t, 4> counts{};  // questions, answers, authorities, additionals

  bool is_response() const { return (flags & 0x8000) != 0; }
  uint32_t opcode() const { return flags >> 11 & 0xf; }
  uint32_t rcode() const { return flags & 0xf; }
};

struct DnsQuestion {
  DnsName name;
  uint16_t type = 0;
  uint16_t dns_class = 0;
};

enum class DnsSection : uint8_t { kQuestion, kAnswer, kAuthority, kAdditional };

struct DnsRecord {
  DnsSection section = DnsSection::kAnswer;
  size_t owner = 0;  // where its name begins: DnsReader::Name
  uint16_t type = 0;
  uint16_t dns_class = 0;
  uint32_t ttl = 0;  // seconds
  size_t data_at = 0;
  Bytes data;
};

// Questions first, then records, each in order.
class DnsReader {
 public:
  explicit DnsReader(Bytes message);

  // What was read so far was whole and well-formed.
  bool ok() const { return reader_.ok(); }
  // Everything announced has been read, and nothing stands behind it.
  bool complete() const { return ok() && left_ == decltype(left_){} && reader_.empty(); }
  const DnsHeader& header() const { return header_; }

  // False: there is no further one, or it is damaged (then ok() is false).
  // REQUIRES for records: NextQuestion has returned false.
  bool NextQuestion(DnsQuestion* question);
  bool NextRecord(DnsRecord* record);

  // The name at that offset of the message, compressed or not.
  bool Name(size_t offset, DnsName* name) const;

 private:
  size_t at() const { return message_.size() - reader_.size(); }
  void SkipName();

  Bytes message_;
  ByteReader reader_;
  DnsHeader header_;
  std::array<uint16_t, 4> left_{};
};

// "A", "AAAA", …; empty for types without a name here (then "TYPEn" is written, RFC 3597).
std::string_view DnsTypeName(uint16_t type);

}  // namespace rustnet::net
