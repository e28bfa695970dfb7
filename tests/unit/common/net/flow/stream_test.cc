// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/stream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

// Writes what it reads; a hole of n bytes as n times '?'.
class Writer : public StreamReader {
 public:
  void OnData(Bytes bytes) override { text.append(AsText(bytes)); }
  void OnGap(uint64_t lost) override {
    text.append(std::min<uint64_t>(lost, 1'000'000), '?');
    ++gaps;
  }
  bool wants_more() const override { return text.size() < enough; }

  std::string text;
  size_t gaps = 0;
  size_t enough = SIZE_MAX;
};

class StreamTest : public testing::Test {
 protected:
  void Add(uint32_t sequence, std::string_view bytes, uint32_t length = 0, Time now = 0) {
    // An allocation of its own: ASan sees an overrun, and a borrowed byte that outlives the call.
    const std::vector<uint8_t> heap(bytes.begin(), bytes.end());
    stream_.Add(sequence, heap, length == 0 ? static_cast<uint32_t>(bytes.size()) : length, now,
                &budget_, &writer_);
  }
  void Review(Time now = 0) { stream_.Review(now, &budget_, &writer_); }

  StreamBudget budget_{.per_direction = 64 * 1024, .total = 1 << 20};
  Writer writer_;
  Stream stream_;
};

TEST_F(StreamTest, CutAtEveryByteAndInEveryOrderOfThree) {
  const std::string sent = "The quick brown fox";
  for (const uint32_t first : {0U, 1000U, 0xFFFFFFF5U}) {
    for (size_t a = 0; a <= sent.size(); ++a) {
      for (size_t b = a; b <= sent.size(); ++b) {
        std::vector<int> order = {0, 1, 2};
        do {
          Stream stream;
          Writer writer;
          stream.Begin(first);
          const size_t cuts[] = {0, a, b, sent.size()};
          for (const int piece : order) {
            const std::string part = sent.substr(cuts[piece], cuts[piece + 1] - cuts[piece]);
            stream.Add(first + static_cast<uint32_t>(cuts[piece]), AsBytes(part),
                       static_cast<uint32_t>(part.size()), 0, &budget_, &writer);
          }
          ASSERT_EQ(writer.text, sent) << "cut at " << a << " and " << b;
          ASSERT_FALSE(stream.waiting());
        } while (std::next_permutation(order.begin(), order.end()));
      }
    }
  }
  EXPECT_EQ(budget_.held, 0U);
  EXPECT_EQ(budget_.gaps, 0U);
}

// Random segments, overlapping, repeated, reordered; a share of them is lost for good.
TEST_F(StreamTest, WhatIsReadIsWhatWasSentAndHolesAreExact) {
  Random rng(5);
  for (int round = 0; round < 3000; ++round) {
    const uint32_t first = rng() % 2 == 0 ? rng() : 0xFFFFFFFFU - rng() % 300;
    std::string sent(1 + rng() % 600, '\0');
    for (char& c : sent) c = static_cast<char>('A' + rng() % 26);
    std::string arrived(sent.size(), '?');
    struct Segment {
      size_t at, size;
    };
    std::vector<Segment> segments;
    for (size_t at = 0; at < sent.size();) {
      const size_t size = std::min<size_t>(1 + rng() % 60, sent.size() - at);
      segments.push_back({at, size});
      if (rng() % 4 == 0) {
        const size_t back = rng() % (at + 1);
        segments.push_back({back, std::min<size_t>(1 + rng() % 90, sent.size() - back)});
      }
      at += size;
    }
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      if (rng() % 3 == 0) std::swap(segments[i], segments[i + rng() % (segments.size() - i)]);
    }
    Stream stream;
    Writer writer;
    stream.Begin(first);
    for (const Segment& segment : segments) {
      if (rng() % 10 == 0) continue;  // lost
      const std::string part = sent.substr(segment.at, segment.size);
      arrived.replace(segment.at, segment.size, part);
      stream.Add(first + static_cast<uint32_t>(segment.at), AsBytes(part),
                 static_cast<uint32_t>(part.size()), 0, &budget_, &writer);
    }
    stream.Flush(&budget_, &writer);
    // A hole at the very end is one that nothing followed: nobody knows of it.
    while (!arrived.empty() && arrived.back() == '?') arrived.pop_back();
    ASSERT_EQ(writer.text, arrived) << "round " << round;
    ASSERT_FALSE(stream.waiting());
    ASSERT_EQ(budget_.held, 0U);
  }
}

TEST_F(StreamTest, TheFirstCopyOfAByteWins) {
  stream_.Begin(0);
  Add(4, "EFGH");
  Add(2, "xxxxxx");  // only its first two bytes are new
  Add(0, "AByyyyyyyyyy");
  EXPECT_EQ(writer_.text, "ABxxEFGHyyyy");
}

TEST_F(StreamTest, BytesCutOffByTheCaptureAreAHole) {
  stream_.Begin(0);
  Add(0, "abc", 5);
  Add(8, "i", 2);
  Add(5, "fgh");
  Add(10, "k");
  EXPECT_EQ(writer_.text, "abc??fghi?k");
  EXPECT_EQ(writer_.gaps, 2U);
  EXPECT_EQ(budget_.gaps, 2U);
}

TEST_F(StreamTest, AHoleThatTheReceiverHadIsSkippedAfterALittlePatience) {
  stream_.Begin(0);
  Add(0, "ab");
  Add(4, "ef");
  stream_.OnAck(2);
  for (int i = 0; i < 100; ++i) Review();
  EXPECT_EQ(writer_.text, "ab") << "not acknowledged: it will be sent again";
  stream_.OnAck(6);
  for (int i = 0; i < 3; ++i) Review();
  EXPECT_EQ(writer_.text, "ab") << "may have been captured late";
  Review();
  EXPECT_EQ(writer_.text, "ab??ef");
}

TEST_F(StreamTest, AHoleFilledJustAfterItsAckIsNone) {
  stream_.Begin(0);
  Add(0, "ab");
  Add(4, "ef");
  stream_.OnAck(6);
  Review();
  Add(2, "cd");
  Review();
  EXPECT_EQ(writer_.text, "abcdef");
  EXPECT_EQ(writer_.gaps, 0U);
}

TEST_F(StreamTest, WithoutAnyAckTwoSecondsAreEnough) {
  stream_.Begin(0);
  Add(0, "ab");
  Add(4, "ef", 0, kSecond);
  Review(3 * kSecond);
  EXPECT_EQ(writer_.text, "ab");
  Review(3 * kSecond + 1);
  EXPECT_EQ(writer_.text, "ab??ef");
}

TEST_F(StreamTest, HeldBytesAreBoundedPerDirection) {
  stream_.Begin(0);
  const std::string block(1000, 'x');
  uint32_t at = 1;  // the first byte never comes
  for (int i = 0; i < 60; ++i, at += 1000) Add(at, block);
  EXPECT_TRUE(writer_.text.empty());
  EXPECT_LE(budget_.held, 64U * 1024);
  for (int i = 0; i < 5; ++i, at += 1000) Add(at, block);
  EXPECT_EQ(writer_.text.substr(0, 2), "?x");
  EXPECT_EQ(writer_.text.size(), at);
  EXPECT_EQ(budget_.held, 0U);
}

TEST_F(StreamTest, TinyPiecesPayForTheirBookkeeping) {
  stream_.Begin(0);
  for (uint32_t i = 1; i < 4000; ++i) {
    Add(2 * i, "x");
    ASSERT_LE(budget_.held, 64U * 1024);
  }
  EXPECT_GT(writer_.gaps, 2000U);
}

TEST_F(StreamTest, TheTotalBoundHoldsOverStreams) {
  budget_.total = 5000;
  std::vector<Stream> streams(20);
  const std::string block(1000, 'x');
  for (Stream& stream : streams) {
    stream.Begin(0);
    stream.Add(10, AsBytes(block), 1000, 0, &budget_, &writer_);
    EXPECT_LE(budget_.held, budget_.total);
  }
  EXPECT_EQ(writer_.gaps, 16U);
  for (Stream& stream : streams) stream.Drop(&budget_);
  EXPECT_EQ(budget_.held, 0U);
}

TEST_F(StreamTest, NothingIsHeldForAReaderWhoHasEnough) {
  writer_.enough = 2;
  stream_.Begin(0);
  Add(4, "ef");
  Add(0, "abcd");
  Add(10, "k");
  EXPECT_EQ(writer_.text, "abcd");
  EXPECT_EQ(budget_.held, 0U);
}

TEST_F(StreamTest, AKeepAliveIsOldNews) {
  stream_.Begin(100);
  Add(100, "abc");
  Add(102, "x");  // a keep-alive repeats the last byte
  Add(103, "d");
  EXPECT_EQ(writer_.text, "abcd");
}

}  // namespace
}  // namespace rustnet::net
