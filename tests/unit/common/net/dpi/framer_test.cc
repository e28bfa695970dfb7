// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

// One byte of length, which counts itself; 0xff is no frame.
size_t SizeOf(Bytes start) { return start.front() == 0xff ? 0 : start.front(); }
// Two bytes of length, behind one of kind.
size_t LongSizeOf(Bytes start) {
  ByteReader reader(start);
  reader.Skip(1);
  const uint16_t length = reader.U16();
  return reader.ok() ? 3U + length : kFrameSizeUnknown;
}

std::vector<std::string> Read(Framer* framer, const std::vector<std::string>& pieces) {
  std::vector<std::string> frames;
  for (const std::string& piece : pieces) {
    const std::vector<char> heap(piece.begin(), piece.end());
    Bytes bytes = AsBytes({heap.data(), heap.size()});
    Bytes frame;
    while (framer->Next(&bytes, &frame)) frames.emplace_back(AsText(frame));
  }
  return frames;
}

TEST(FramerTest, WhereverTheyAreCut) {
  const std::string stream(
      "\x03"
      "ab"
      "\x01"
      "\x05"
      "cdef"
      "\x02"
      "g"
      "\x09half",
      16);
  const std::vector<std::string> wanted = {
      "\x03"
      "ab",
      "\x01",
      "\x05"
      "cdef",
      "\x02g"};
  for (size_t at = 0; at <= stream.size(); ++at) {
    Framer framer(&SizeOf, 100);
    EXPECT_EQ(Read(&framer, {stream.substr(0, at), stream.substr(at)}), wanted) << at;
  }
  std::vector<std::string> bytes;
  for (const char c : stream) bytes.emplace_back(1, c);
  Framer framer(&SizeOf, 100);
  EXPECT_EQ(Read(&framer, bytes), wanted);
}

TEST(FramerTest, OfALongFrameTheBeginning) {
  std::string stream =
      std::string("k\x10\x00", 3) + std::string(4096, 'x') + std::string("n\x00\x01z", 4);
  for (size_t at = 0; at <= stream.size(); at += 97) {
    Framer framer(&LongSizeOf, 8);
    EXPECT_THAT(
        Read(&framer, {stream.substr(0, at), stream.substr(at)}),
        testing::ElementsAre(std::string("k\x10\x00xxxxx", 8), std::string("n\x00\x01z", 4)));
    EXPECT_LT(framer.memory(), 64u);
  }
}

TEST(FramerTest, NonsenseStopsIt) {
  Framer framer(&SizeOf, 100);
  EXPECT_THAT(Read(&framer, {"\x02"
                             "a\xffrest"}),
              testing::ElementsAre("\x02"
                                   "a"));
  EXPECT_TRUE(framer.broken());
  EXPECT_TRUE(Read(&framer, {"\x02"
                             "a"})
                  .empty());
  framer.Reset();
  EXPECT_THAT(Read(&framer, {"\x02"
                             "a"}),
              testing::ElementsAre("\x02"
                                   "a"));
}

TEST(FramerTest, AHoleInWhatIsSkippedIsPartOfIt) {
  Framer framer(&LongSizeOf, 8);
  EXPECT_EQ(Read(&framer, {std::string("k\x00\x64", 3) + std::string(5, 'x')}).size(), 1u);
  EXPECT_FALSE(framer.Skip(96));
  EXPECT_TRUE(framer.Skip(95));
  EXPECT_THAT(Read(&framer, {std::string("n\x00\x01z", 4)}), testing::SizeIs(1));
}

}  // namespace
}  // namespace rustnet::net
