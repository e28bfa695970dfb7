// SPDX-License-Identifier: Apache-2.0
// The Huffman code is canonical: from the lengths of its words the words follow.
#include "common/net/dpi/hpack.h"

#include <array>
#include <utility>

namespace rustnet::net {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// RFC 7541 appendix A.
constexpr Pair kStatic[] = {
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
};
constexpr size_t kStaticSize = std::size(kStatic);
static_assert(kStaticSize == 61);

// RFC 7541 appendix B: the bits of each byte's word, and of EOS.
constexpr size_t kSymbols = 257, kEos = 256;
// clang-format off
constexpr std::array<uint8_t, kSymbols> kLengths = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
    6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
    5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
    13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30};
// clang-format on
constexpr size_t kLongest = 30;

// By the length of words: the first word, how many there are, and where their symbols begin.
struct Code {
  std::array<uint32_t, kLongest + 2> first{};
  std::array<uint16_t, kLongest + 2> count{};
  std::array<uint16_t, kLongest + 2> begin{};
  std::array<uint16_t, kSymbols> symbols{};
};

constexpr Code MakeCode() {
  Code code;
  for (const uint8_t length : kLengths) ++code.count[length];
  uint32_t word = 0;
  uint16_t at = 0;
  for (size_t length = 1; length <= kLongest; ++length) {
    word <<= 1;
    code.first[length] = word;
    code.begin[length] = at;
    for (size_t symbol = 0; symbol < kSymbols; ++symbol) {
      if (kLengths[symbol] == length) code.symbols[at++] = static_cast<uint16_t>(symbol);
    }
    word += code.count[length];
  }
  return code;
}

constexpr Code kCode = MakeCode();

// Section 5.1: an integer whose first `bits` bits are in `first`, which has been read.
bool ReadInteger(ByteReader* reader, uint8_t first, int bits, uint64_t* value) {
  const uint8_t mask = static_cast<uint8_t>((1 << bits) - 1);
  *value = first & mask;
  if (*value < mask) return true;
  for (int shift = 0; shift <= 28; shift += 7) {
    const uint8_t byte = reader->U8();
    *value += static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return reader->ok();
  }
  return false;
}

bool ReadString(ByteReader* reader, std::string* text) {
  const uint8_t first = reader->U8();
  uint64_t length = 0;
  if (!ReadInteger(reader, first, 7, &length)) return false;
  const Bytes bytes = reader->Take(length);
  if (!reader->ok()) return false;
  if ((first & 0x80) != 0) return DecodeHuffman(bytes, text);
  text->assign(AsText(bytes));
  return true;
}

}  // namespace

bool DecodeHuffman(Bytes bytes, std::string* text) {
  text->clear();
  uint32_t word = 0;
  size_t length = 0;
  for (const uint8_t byte : bytes) {
    for (int bit = 7; bit >= 0; --bit) {
      word = word << 1 | (static_cast<uint32_t>(byte) >> bit & 1U);
      if (++length > kLongest) return false;
      const uint32_t index = word - kCode.first[length];
      if (word < kCode.first[length] || index >= kCode.count[length]) continue;
      const uint16_t symbol = kCode.symbols[kCode.begin[length] + index];
      if (symbol == kEos) return false;
      text->push_back(static_cast<char>(symbol));
      word = 0;
      length = 0;
    }
  }
  return length < 8 && word == (1U << length) - 1;  // padded with the beginning of EOS
}

HpackDecoder::View HpackDecoder::Look(uint64_t index) const {
  if (index == 0) return {};
  if (index <= kStaticSize) return {kStatic[index - 1].first, kStatic[index - 1].second, true};
  index -= kStaticSize + 1;
  if (index >= entries_.size()) return {};
  const Entry& entry = entries_[index];
  return {entry.name, entry.value, entry.known};
}

void HpackDecoder::Shrink(size_t limit) {
  constexpr size_t kOverhead = 32;  // section 4.1
  while (size_ > limit && !entries_.empty()) {
    size_ -= entries_.back().name.size() + entries_.back().value.size() + kOverhead;
    entries_.pop_back();
  }
}

void HpackDecoder::Insert(Entry entry) {
  constexpr size_t kOverhead = 32;
  size_ += entry.name.size() + entry.value.size() + kOverhead;
  entries_.push_front(std::move(entry));
  Shrink(limit_);
}

bool HpackDecoder::DecodeLiteral(ByteReader* reader, uint8_t first, HeaderSink* sink) {
  const bool indexed = (first & 0x40) != 0;
  uint64_t index = 0;
  if (!ReadInteger(reader, first, indexed ? 6 : 4, &index)) return false;
  bool known = true;
  if (index == 0) {
    if (!ReadString(reader, &name_)) return false;
  } else {
    const View view = Look(index);
    known = view.known;
    name_.assign(view.name);
  }
  if (!ReadString(reader, &value_)) return false;
  if (known) sink->OnHeader(name_, value_);
  if (indexed) Insert({name_, value_, known});
  return true;
}

bool HpackDecoder::Decode(Bytes block, HeaderSink* sink) {
  ByteReader reader(block);
  while (!reader.empty()) {
    const uint8_t first = reader.U8();
    uint64_t number = 0;
    if ((first & 0x80) != 0) {
      if (!ReadInteger(&reader, first, 7, &number) || number == 0) return false;
      const View view = Look(number);
      if (view.known) sink->OnHeader(view.name, view.value);
    } else if ((first & 0xe0) == 0x20) {
      if (!ReadInteger(&reader, first, 5, &number) || number > kLargestTable) return false;
      limit_ = number;
      Shrink(limit_);
    } else if (!DecodeLiteral(&reader, first, sink)) {
      return false;
    }
  }
  return true;
}

}  // namespace rustnet::net
