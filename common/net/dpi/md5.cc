// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/md5.h"

#include <bit>
#include <cstdint>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

constexpr size_t kBlock = 64;

// RFC 1321 section 3.4: floor(2^32 * |sin(i + 1)|), i in radians.
constexpr uint32_t kSine[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
constexpr int kRotate[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

using State = std::array<uint32_t, 4>;

void AddBlock(Bytes block, State* state) {
  std::array<uint32_t, 16> words{};
  ByteReader reader(block);
  for (uint32_t& word : words) word = reader.Le32();
  auto [a, b, c, d] = *state;
  for (uint32_t i = 0; i < kBlock; ++i) {
    uint32_t mixed = 0;
    uint32_t word = 0;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d), word = i;
        break;
      case 1:
        mixed = (d & b) | (~d & c), word = 5 * i + 1;
        break;
      case 2:
        mixed = b ^ c ^ d, word = 3 * i + 5;
        break;
      default:
        mixed = c ^ (b | ~d), word = 7 * i;
        break;
    }
    const uint32_t sum = a + mixed + kSine[i] + words[word % 16];
    a = d;
    d = c;
    c = b;
    b += std::rotl(sum, kRotate[i / 16][i % 4]);
  }
  (*state)[0] += a;
  (*state)[1] += b;
  (*state)[2] += c;
  (*state)[3] += d;
}

}  // namespace

std::string Md5Hex(std::string_view text) {
  State state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  ByteReader reader(AsBytes(text));
  while (reader.size() >= kBlock) AddBlock(reader.Take(kBlock), &state);

  // The tail: a one bit, zeros, and the length in bits, in one block or two.
  std::array<uint8_t, 2 * kBlock> tail{};
  size_t size = 0;
  for (const uint8_t byte : reader.rest()) tail[size++] = byte;
  tail[size++] = 0x80;
  const size_t padded = size + 8 <= kBlock ? kBlock : 2 * kBlock;
  for (size_t i = 0; i < 8; ++i) {
    tail[padded - 8 + i] = static_cast<uint8_t>(uint64_t{text.size()} * 8 >> (8 * i));
  }
  for (size_t at = 0; at < padded; at += kBlock) AddBlock(Bytes(tail).subspan(at, kBlock), &state);

  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (const uint32_t word : state) {
    for (uint32_t shift = 0; shift < 32; shift += 8) {
      hex += kHex[word >> (shift + 4) & 0xf];
      hex += kHex[word >> shift & 0xf];
    }
  }
  return hex;
}

}  // namespace rustnet::net
