// SPDX-License-Identifier: Apache-2.0
#include "common/base/byte_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace rustnet {
namespace {

using testing::ElementsAre;

const std::vector<uint8_t> kBytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

TEST(ByteReaderTest, ReadsNetworkOrder) {
  ByteReader in(kBytes);
  EXPECT_EQ(in.U8(), 1);
  EXPECT_EQ(in.U16(), 0x0203);
  EXPECT_EQ(in.U24(), 0x040506u);
  EXPECT_EQ(in.U32(), 0x0708090au);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.empty());
  EXPECT_EQ(ByteReader(kBytes).U64(), 0x0102030405060708u);
}

TEST(ByteReaderTest, ReadsLittleEndian) {
  ByteReader in(kBytes);
  EXPECT_EQ(in.Le16(), 0x0201);
  EXPECT_EQ(in.Le64(), 0x0a09080706050403u);
  EXPECT_EQ(ByteReader(kBytes).Le32(), 0x04030201u);
}

TEST(ByteReaderTest, HighBitsAreNotSigns) {
  const std::vector<uint8_t> high(8, 0xff);
  EXPECT_EQ(ByteReader(high).U64(), ~uint64_t{0});
  EXPECT_EQ(ByteReader(high).Le64(), ~uint64_t{0});
  EXPECT_EQ(ByteReader(high).U24(), 0xffffffu);
}

TEST(ByteReaderTest, FailureLatchesAndYieldsZero) {
  const std::vector<uint8_t> heap = {1, 2, 3};
  ByteReader in(heap);
  EXPECT_EQ(in.U32(), 0u);
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.U8(), 0);  // though there was a byte
  EXPECT_TRUE(in.empty());
  EXPECT_TRUE(in.rest().empty());
  in.Skip(0);
  EXPECT_FALSE(in.ok());
}

TEST(ByteReaderTest, TakeBorrowsAndTakeUpToNeverFails) {
  ByteReader in(kBytes);
  EXPECT_THAT(in.Take(3), ElementsAre(1, 2, 3));
  EXPECT_EQ(in.Take(1).data(), kBytes.data() + 3);
  EXPECT_EQ(in.Peek(), 5);
  EXPECT_EQ(in.TakeUpTo(100).size(), 6u);
  EXPECT_TRUE(in.ok());
  EXPECT_EQ(in.Peek(), 0);
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.Take(1).empty());
  EXPECT_FALSE(in.ok());
}

TEST(ByteReaderTest, HugeLengthsFail) {
  ByteReader in(kBytes);
  in.Skip(~size_t{0});
  EXPECT_FALSE(in.ok());
}

TEST(ByteReaderTest, SubFailsWithItsParent) {
  ByteReader in(kBytes);
  ByteReader sub = in.Sub(4);
  EXPECT_EQ(sub.U32(), 0x01020304u);
  EXPECT_EQ(sub.U8(), 0);
  EXPECT_FALSE(sub.ok());
  EXPECT_TRUE(in.ok());  // what is inside may be cut
  ByteReader beyond = in.Sub(7);
  EXPECT_FALSE(beyond.ok());
  EXPECT_FALSE(in.ok());
}

TEST(ByteReaderTest, HeaderReadsByOffset) {
  ByteReader in(kBytes);
  const auto header = in.Header<9>();
  EXPECT_EQ(header.U8<0>(), 1);
  EXPECT_EQ(header.U16<7>(), 0x0809);
  EXPECT_EQ(header.U32<1>(), 0x02030405u);
  EXPECT_EQ(header.U64<1>(), 0x0203040506070809u);
  std::array<uint8_t, 3> copy{};
  header.CopyTo<6>(&copy);
  EXPECT_THAT(copy, ElementsAre(7, 8, 9));
  EXPECT_EQ(in.size(), 1u);
}

TEST(ByteReaderTest, HeaderThatIsCutIsZero) {
  for (size_t n = 0; n < 9; ++n) {
    const std::vector<uint8_t> heap(n, 0xff);
    ByteReader in(heap);
    const auto header = in.Header<9>();
    EXPECT_FALSE(in.ok());
    EXPECT_EQ(header.U64<1>(), 0u);
    EXPECT_EQ(header.U8<0>(), 0);
  }
}

}  // namespace
}  // namespace rustnet
