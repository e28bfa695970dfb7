// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/daemon/capture/file_bytes.h"

namespace rustnet {
namespace {

using file_bytes::FileOf;
using file_bytes::Octets;
using file_bytes::Read;
using file_bytes::ReadAll;
using file_bytes::Writer;
using testing::HasSubstr;

constexpr uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr uint32_t kNanoseconds = 0xa1b23c4d;
constexpr uint32_t kKuznetzov = 0xa1b2cd34;

Writer Header(bool little_endian, uint32_t magic = kMicroseconds, uint16_t minor = 4,
              uint32_t link = 1, uint16_t major = 2) {
  Writer file(little_endian);
  file.U32(magic).U16(major).U16(minor).U32(0).U32(0).U32(65535).U32(link);
  return file;
}

void AddRecord(uint32_t seconds, uint32_t fraction, uint32_t captured, uint32_t length,
               Writer* file) {
  file->U32(seconds).U32(fraction).U32(captured).U32(length);
  for (uint32_t i = 0; i < captured; ++i) file->bytes.push_back(static_cast<uint8_t>(i));
}

Octets TwoRecords() {
  Writer file = Header(true);
  AddRecord(100, 5, 60, 60, &file);
  AddRecord(101, 6, 10, 1500, &file);
  return file.bytes;
}

TEST(PcapFileTest, ReadsEveryMagicInBothByteOrders) {
  for (const bool little_endian : {false, true}) {
    for (const uint32_t magic : {kMicroseconds, kNanoseconds, kKuznetzov}) {
      Writer file = Header(little_endian, magic, 4, 113);
      file.U32(1'700'000'000).U32(123'456).U32(3).U32(1000);
      if (magic == kKuznetzov) file.U32(2).U16(0x0800).Raw({4, 0});
      file.Raw({7, 8, 9});
      const Read read = ReadAll(file.bytes);
      ASSERT_EQ(read.frames.size(), 1u) << little_endian << " " << std::hex << magic;
      EXPECT_TRUE(read.status.ok());
      EXPECT_EQ(read.state, SourceState::kEnded);
      EXPECT_EQ(read.frames[0].bytes, (Octets{7, 8, 9}));
      const net::Frame& frame = read.frames[0].frame;
      EXPECT_EQ(frame.length, 1000u);
      EXPECT_EQ(frame.link, net::LinkType::kLinuxSll);
      EXPECT_EQ(frame.time, 1'700'000'000 * kSecond +
                                (magic == kNanoseconds ? 123'456 : 123'456 * kMicrosecond));
      EXPECT_EQ(frame.outgoing, magic == kKuznetzov);
    }
  }
}

TEST(PcapFileTest, OldVersionsHaveTheLengthsSwapped) {
  struct Row {
    uint16_t major, minor;
    uint32_t first, second;
  };
  for (const Row& row : {Row{2, 2, 1000, 3}, Row{2, 3, 1000, 3}, Row{2, 3, 3, 1000},
                         Row{543, 0, 1000, 3}, Row{2, 4, 3, 1000}}) {
    Writer file = Header(true, kMicroseconds, row.minor, 1, row.major);
    file.U32(1).U32(2).U32(row.first).U32(row.second).Raw({7, 8, 9});
    const Read read = ReadAll(file.bytes);
    ASSERT_EQ(read.frames.size(), 1u) << row.major << "." << row.minor;
    EXPECT_EQ(read.frames[0].bytes.size(), 3u);
    EXPECT_EQ(read.frames[0].frame.length, 1000u);
  }
}

TEST(PcapFileTest, ALengthBelowWhatWasCapturedIsNotBelieved) {
  Writer file = Header(true);
  AddRecord(1, 2, 60, 20, &file);
  const Read read = ReadAll(file.bytes);
  ASSERT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(read.frames[0].frame.length, 60u);
}

TEST(PcapFileTest, TheLinkTypeIsTheLowerHalf) {
  const Octets file = Header(true, kMicroseconds, 4, 0x34000001).bytes;
  Writer with_record(true);
  with_record.Raw(file);
  AddRecord(1, 2, 4, 4, &with_record);
  EXPECT_EQ(ReadAll(with_record.bytes).frames.at(0).frame.link, net::LinkType::kEthernet);
}

TEST(PcapFileTest, AFileThatIsCutGivesItsGoodFrames) {
  const Octets whole = TwoRecords();
  const size_t first_end = 24 + 16 + 60;
  for (size_t size = 4; size < whole.size(); ++size) {
    const Read read = ReadAll(Octets(whole.begin(), whole.begin() + static_cast<long>(size)));
    EXPECT_EQ(read.frames.size(), size < first_end ? 0u : 1u) << size;
    if (size == 24 || size == first_end) {
      EXPECT_TRUE(read.status.ok()) << size;
      continue;
    }
    EXPECT_EQ(read.state, SourceState::kFailed) << size;
    EXPECT_EQ(read.status.code(), StatusCode::kDataLoss) << size;
    EXPECT_EQ(Message(read.status),
              size < first_end ? "x.pcap is cut after 0 packets" : "x.pcap is cut after 1 packet");
  }
}

TEST(PcapFileTest, AnImpossibleLengthEndsTheFile) {
  Writer file = Header(true);
  AddRecord(1, 2, 4, 4, &file);
  file.U32(1).U32(2).U32(0xffffffff).U32(4);
  const Read read = ReadAll(file.bytes);
  EXPECT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(ExitCode(read.status), 65);
  EXPECT_THAT(Message(read.status), HasSubstr("is damaged after 1 packet: "));
}

TEST(PcapFileTest, WhatIsNoCaptureIsNamed) {
  struct Row {
    Octets bytes;
    const char* words;
  };
  const Row rows[] = {
      {{}, "is empty"},
      {{0xd4}, "begins with d4"},
      {{'h', 'e', 'l', 'l', 'o'}, "neither a pcap nor a pcapng file: it begins with 68 65 6c 6c"},
      {{0x1f, 0x8b, 8, 0}, "gzip"},
      {{0x28, 0xb5, 0x2f, 0xfd}, "zstd"},
      {Header(true, kMicroseconds, 4, 1, 1).bytes, "version"},
  };
  for (const Row& row : rows) {
    const Read read = ReadAll(row.bytes);
    EXPECT_EQ(read.state, SourceState::kFailed);
    EXPECT_EQ(read.status.code(), StatusCode::kDataLoss);
    EXPECT_THAT(Message(read.status), HasSubstr(row.words));
  }
}

TEST(PcapFileTest, WhatCannotBeReadIsNamed) {
  CaptureFile file(-1, "x.pcap");
  file.Read(1, [](std::span<const net::Frame>) {});
  EXPECT_EQ(file.state(), SourceState::kFailed);
  EXPECT_THAT(Message(file.status()), HasSubstr("cannot read x.pcap"));
}

TEST(PcapFileTest, TheNameIsMadePrintable) {
  CaptureFile file(-1, "a\x1b[2J");
  EXPECT_EQ(file.name().find('\x1b'), std::string::npos);
}

TEST(PcapFileTest, ALimitIsKept) {
  Writer file = Header(true);
  for (int i = 0; i < 1000; ++i) AddRecord(1, 2, 4, 4, &file);
  const UniqueFd fd = FileOf(file.bytes);
  CaptureFile source(fd.get(), "x.pcap");
  size_t seen = 0;
  const auto sink = [&](std::span<const net::Frame> frames) { seen += frames.size(); };
  EXPECT_EQ(source.Read(300, sink), 300u);
  EXPECT_EQ(seen, 300u);
  EXPECT_EQ(source.state(), SourceState::kActive);
  EXPECT_EQ(source.Read(10'000, sink), 700u);
  EXPECT_EQ(source.state(), SourceState::kEnded);
  EXPECT_EQ(source.ledger().received, 1000u);
}

// Frames borrow from the buffer: none may be moved or lost where one piece of it follows another.
TEST(PcapFileTest, FramesSurviveTheEdgesOfTheBuffer) {
  std::mt19937 random(1);
  Writer file = Header(false);
  std::vector<uint32_t> sizes;
  for (int i = 0; i < 2000; ++i) {
    sizes.push_back(static_cast<uint32_t>(random() % (i % 100 == 0 ? 262'144 : 3000)));
    AddRecord(static_cast<uint32_t>(i), 0, sizes.back(), sizes.back(), &file);
  }
  const UniqueFd fd = FileOf(file.bytes);
  const Read read = ReadAll(fd.get(), 100'000);
  ASSERT_EQ(read.frames.size(), sizes.size());
  for (size_t i = 0; i < sizes.size(); ++i) {
    ASSERT_EQ(read.frames[i].frame.time, static_cast<Time>(i) * kSecond);
    ASSERT_EQ(read.frames[i].bytes.size(), sizes[i]);
    for (size_t at = 0; at < sizes[i]; ++at) {
      ASSERT_EQ(read.frames[i].bytes[at], static_cast<uint8_t>(at)) << i;
    }
  }
}

TEST(PcapFileTest, DamageOfAnyKindEndsInAStatus) {
  std::mt19937 random(2);
  const Octets whole = TwoRecords();
  for (int round = 0; round < 5000; ++round) {
    Octets damaged = whole;
    for (int i = 0; i < 3; ++i) {
      damaged[4 + random() % (damaged.size() - 4)] = static_cast<uint8_t>(random());
    }
    const Read read = ReadAll(damaged);
    EXPECT_NE(read.state, SourceState::kActive);
    EXPECT_EQ(read.status.ok(), read.state == SourceState::kEnded);
    EXPECT_LE(read.frames.size(), 6u);  // headers are 16 bytes
  }
}

}  // namespace
}  // namespace rustnet
