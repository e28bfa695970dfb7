// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/md5.h"

#include <bit>
#include <cstdint>
#include <utility>

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
using Words = std::array<uint32_t, 16>;

// Step `kStep` of 64.  The four words of the state change their places from step to step, so where
// each stands is known when it is compiled.
template <uint32_t kStep>
void Step(const Words& words, State* state) {
  constexpr uint32_t kFirst = 64 - kStep;
  uint32_t& a = (*state)[kFirst % 4];
  const uint32_t b = (*state)[(kFirst + 1) % 4];
  const uint32_t c = (*state)[(kFirst + 2) % 4];
  const uint32_t d = (*state)[(kFirst + 3) % 4];
  uint32_t mixed = 0;
  uint32_t word = 0;
  if constexpr (kStep < 16) {
    mixed = d ^ (b & (c ^ d)), word = kStep;
  } else if constexpr (kStep < 32) {
    mixed = c ^ (d & (b ^ c)), word = 5 * kStep + 1;
  } else if constexpr (kStep < 48) {
    mixed = b ^ c ^ d, word = 3 * kStep + 5;
  } else {
    mixed = c ^ (b | ~d), word = 7 * kStep;
  }
  a = b + std::rotl(a + mixed + kSine[kStep] + words[word % 16], kRotate[kStep / 16][kStep % 4]);
}

template <uint32_t... kSteps>
void AllSteps(const Words& words, State* state, std::integer_sequence<uint32_t, kSteps...>) {
  (Step<kSteps>(words, state), ...);
}

void AddBlock(Bytes block, State* state) {
  Words words{};
  ByteReader reader(block);
  for (uint32_t& word : words) word = reader.Le32();
  State mixed = *state;
  AllSteps(words, &mixed, std::make_integer_sequence<uint32_t, kBlock>());
  for (size_t i = 0; i < mixed.size(); ++i) (*state)[i] += mixed[i];
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
  hex.reserve(2 * sizeof state);
  for (const uint32_t word : state) {
    for (uint32_t shift = 0; shift < 32; shift += 8) {
      hex += kHex[word >> (shift + 4) & 0xf];
      hex += kHex[word >> shift & 0xf];
    }
  }
  return hex;
}

}  // namespace rustnet::net
