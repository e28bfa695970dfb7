// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/daemon/capture/file_bytes.h"

namespace rustnet {
namespace {

using file_bytes::Octets;
using file_bytes::Read;
using file_bytes::ReadAll;
using file_bytes::Writer;
using testing::HasSubstr;

// One file; `little_endian` holds for blocks added from then on.
class Ng {
 public:
  explicit Ng(bool little_endian = true) : little_endian_(little_endian) { Section(little_endian); }

  Writer Body() const { return Writer(little_endian_); }

  Ng& Block(uint32_t type, const Octets& body) {
    const size_t length = 12 + (body.size() + 3) / 4 * 4;
    Writer block(little_endian_);
    block.U32(type).U32(length).Raw(body).Pad().U32(length);
    bytes.insert(bytes.end(), block.bytes.begin(), block.bytes.end());
    return *this;
  }
  Ng& Section(bool little_endian, uint16_t major = 1, uint16_t minor = 0) {
    little_endian_ = little_endian;
    return Block(0x0a0d0d0a, Body().U32(0x1a2b3c4d).U16(major).U16(minor).U64(~uint64_t{0}).bytes);
  }
  Ng& Interface(uint16_t link, uint32_t snaplen, const Octets& options = {}) {
    return Block(1, Body().U16(link).U16(0).U32(snaplen).Raw(options).bytes);
  }
  Ng& Enhanced(uint32_t interface, uint64_t ticks, const Octets& data, uint32_t length,
               const Octets& options = {}) {
    return Block(6, Body()
                        .U32(interface)
                        .U32(ticks >> 32)
                        .U32(ticks & 0xffffffff)
                        .U32(data.size())
                        .U32(length)
                        .Raw(data)
                        .Pad()
                        .Raw(options)
                        .bytes);
  }
  Octets Option(uint16_t type, const Octets& value) const {
    return Body().U16(type).U16(value.size()).Raw(value).Pad().bytes;
  }

  Octets bytes;

 private:
  bool little_endian_;
};

TEST(PcapngFileTest, ReadsEveryKindOfPacketInBothByteOrders) {
  for (const bool little_endian : {false, true}) {
    Ng file(little_endian);
    file.Interface(1, 4).Enhanced(0, 5'000'001, {1, 2, 3}, 100);
    file.Block(3, file.Body().U32(9).Raw({4, 5, 6, 7, 8, 9, 10, 11, 12}).bytes);
    file.Block(2,
               file.Body().U16(0).U16(77).U32(0).U32(6'000'000).U32(2).U32(60).Raw({5, 6}).bytes);
    const Read read = ReadAll(file.bytes);
    ASSERT_EQ(read.frames.size(), 3u) << Message(read.status);
    EXPECT_EQ(read.state, SourceState::kEnded);
    EXPECT_EQ(read.frames[0].bytes, (Octets{1, 2, 3}));
    EXPECT_EQ(read.frames[0].frame.length, 100u);
    EXPECT_EQ(read.frames[0].frame.time, 5 * kSecond + kMicrosecond);
    // A simple packet is cut by the snaplen alone, and has no time of its own.
    EXPECT_EQ(read.frames[1].bytes, (Octets{4, 5, 6, 7}));
    EXPECT_EQ(read.frames[1].frame.length, 9u);
    EXPECT_EQ(read.frames[1].frame.time, 5 * kSecond + kMicrosecond);
    EXPECT_EQ(read.frames[2].bytes, (Octets{5, 6}));
    EXPECT_EQ(read.frames[2].frame.length, 60u);
    EXPECT_EQ(read.frames[2].frame.time, 6 * kSecond);
  }
}

TEST(PcapngFileTest, InterfacesMayDifferInEverything) {
  Ng file;
  file.Interface(1, 96, file.Option(2, {'e', 't', 'h', '0'}))
      .Interface(101, 128, file.Option(2, {'t', 'u', 'n', '0'}))
      .Interface(113, 0, file.Option(2, {'e', 't', 'h', '0', 0, 0}))
      .Enhanced(2, 1, {1}, 1)
      .Enhanced(1, 2, {2}, 1)
      .Enhanced(0, 3, {3}, 1);
  const Read read = ReadAll(file.bytes);
  ASSERT_EQ(read.frames.size(), 3u) << Message(read.status);
  EXPECT_EQ(read.frames[0].frame.link, net::LinkType::kLinuxSll);
  EXPECT_EQ(read.frames[1].frame.link, net::LinkType::kRaw);
  EXPECT_EQ(read.frames[2].frame.link, net::LinkType::kEthernet);
  // A name is an interface, however often it is described.
  EXPECT_EQ(read.frames[0].frame.handle, read.frames[2].frame.handle);
  EXPECT_NE(read.frames[0].frame.handle, read.frames[1].frame.handle);
}

TEST(PcapngFileTest, SectionsHaveTheirOwnOrderAndInterfaces) {
  Ng file(true);
  file.Interface(1, 0).Interface(1, 0).Enhanced(1, 1, {1}, 1);
  file.Section(false).Interface(101, 0).Enhanced(0, 2, {2}, 1);
  Read read = ReadAll(file.bytes);
  ASSERT_EQ(read.frames.size(), 2u) << Message(read.status);
  EXPECT_EQ(read.frames[1].frame.link, net::LinkType::kRaw);

  file.Enhanced(1, 3, {3}, 1);  // of the first section
  read = ReadAll(file.bytes);
  EXPECT_EQ(read.frames.size(), 2u);
  EXPECT_THAT(Message(read.status), HasSubstr("not described"));
}

TEST(PcapngFileTest, ClocksTickInAnyUnit) {
  struct Row {
    uint8_t resolution;
    int64_t offset;
    uint64_t ticks;
    Time time;
  };
  const Row rows[] = {
      {6, 0, 1'500'000, kSecond + 500 * kMillisecond},
      {9, 0, 1'700'000'000'123'456'789, 1'700'000'000'123'456'789},
      {0, 0, 1'700'000'000, 1'700'000'000 * kSecond},
      {3, 0, 1'001, kSecond + kMillisecond},
      {12, 0, 1'500'000'999'999, kSecond + 500'000'999},
      {19, 0, 15'000'000'000'000'000'000u, kSecond + 500 * kMillisecond},
      {20, 0, 15'000'000'000'000'000'000u, 150 * kMillisecond},
      {127, 0, ~uint64_t{0}, 0},
      {0x80, 0, 7, 7 * kSecond},
      {0x8a, 0, 1024 + 512, kSecond + 500 * kMillisecond},
      {0xa0, 0, uint64_t{3} << 31, kSecond + 500 * kMillisecond},
      {0xc0, 0, uint64_t{1} << 63, 500 * kMillisecond},
      {0xff, 0, ~uint64_t{0}, 0},
      {6, 1'600'000'000, 1'000'000, 1'600'000'001 * kSecond},
      {6, -10, 11'000'000, kSecond},
  };
  for (const Row& row : rows) {
    Ng file;
    Octets options = file.Option(9, {row.resolution});
    const Octets offset = file.Option(14, file.Body().U64(static_cast<uint64_t>(row.offset)).bytes);
    options.insert(options.end(), offset.begin(), offset.end());
    file.Interface(1, 0, options).Enhanced(0, row.ticks, {1}, 1);
    const Read read = ReadAll(file.bytes);
    ASSERT_EQ(read.frames.size(), 1u);
    EXPECT_EQ(read.frames[0].frame.time, row.time) << int{row.resolution} << " " << row.ticks;
  }
}

TEST(PcapngFileTest, TheDirectionIsRead) {
  Ng file;
  file.Interface(1, 0);
  for (const uint32_t flags : {0u, 1u, 2u, 6u}) {
    file.Enhanced(0, 1, {1, 2, 3}, 3, file.Option(2, file.Body().U32(flags).bytes));
  }
  const Read read = ReadAll(file.bytes);
  ASSERT_EQ(read.frames.size(), 4u);
  EXPECT_FALSE(read.frames[0].frame.outgoing);
  EXPECT_FALSE(read.frames[1].frame.outgoing);
  EXPECT_TRUE(read.frames[2].frame.outgoing);
  EXPECT_TRUE(read.frames[3].frame.outgoing);
}

TEST(PcapngFileTest, OtherBlocksAreSkippedHoweverLong) {
  Ng file;
  file.Interface(1, 0)
      .Block(4, {1, 2, 3, 4})
      .Block(0x0bad, Octets(3'000'000, 0xff))
      .Enhanced(0, 1, {1}, 1)
      .Block(5, {});
  Read read = ReadAll(file.bytes);
  EXPECT_EQ(read.frames.size(), 1u);
  EXPECT_TRUE(read.status.ok()) << Message(read.status);

  // 4 GiB that are not there.
  Writer block(true);
  block.U32(0x0bad).U32(0xfffffffc).U32(0);
  file.bytes.insert(file.bytes.end(), block.bytes.begin(), block.bytes.end());
  read = ReadAll(file.bytes);
  EXPECT_EQ(read.frames.size(), 1u);
  EXPECT_EQ(Message(read.status), "x.pcap is cut after 1 packet");
}

TEST(PcapngFileTest, LiesEndTheFileInOneSentence) {
  struct Row {
    const char* words;
    Ng file;
  };
  const auto with = [](auto&& change) {
    Ng file;
    file.Interface(1, 0).Enhanced(0, 1, {1, 2, 3, 4}, 4);
    change(file);
    return file;
  };
  const auto raw = [](Ng& file, const Octets& bytes) {
    file.bytes.insert(file.bytes.end(), bytes.begin(), bytes.end());
  };
  const Row rows[] = {
      {"impossible length",
       with([&](Ng& f) { raw(f, f.Body().U32(6).U32(0).U32(0).U32(0).bytes); })},
      {"impossible length",
       with([&](Ng& f) { raw(f, f.Body().U32(6).U32(13).U32(0).U32(0).bytes); })},
      {"impossible length",
       with([&](Ng& f) { raw(f, f.Body().U32(9).U32(4).U32(0).U32(0).bytes); })},
      {"more than 16 MiB",
       with([&](Ng& f) { raw(f, f.Body().U32(6).U32(0x7ffffffc).U32(0).U32(0).bytes); })},
      {"two lengths", with([&](Ng& f) { raw(f, f.Body().U32(6).U32(16).U32(0).U32(20).bytes); })},
      {"longer than its block", with([&](Ng& f) {
         f.Block(6, f.Body().U32(0).U32(0).U32(0).U32(100).U32(100).U32(0).bytes);
       })},
      {"262 144",
       with([&](Ng& f) { f.Block(6, f.Body().U32(0).U32(0).U32(0).U32(~0u).U32(4).bytes); })},
      {"longer than its block", with([&](Ng& f) {
         f.Block(6, {0, 0, 0, 0});
       })},
      {"too few bytes", with([&](Ng& f) {
         f.Block(1, {1, 0, 0, 0});
       })},
      {"not described", with([&](Ng& f) { f.Enhanced(1, 1, {1}, 1); })},
      {"version", with([&](Ng& f) { f.Section(true, 2); })},
      {"byte order", with([&](Ng& f) { f.Block(0x0a0d0d0a, Octets(16, 0)); })},
  };
  for (const Row& row : rows) {
    const Read read = ReadAll(row.file.bytes);
    EXPECT_EQ(read.frames.size(), 1u) << row.words;
    EXPECT_EQ(read.status.code(), StatusCode::kDataLoss);
    EXPECT_THAT(Message(read.status), HasSubstr("x.pcap is damaged after 1 packet: "));
    EXPECT_THAT(Message(read.status), HasSubstr(row.words));
  }
}

TEST(PcapngFileTest, BadOptionsAreNotBelievedAndHarmNothing) {
  Ng file;
  file.Interface(1, 0, file.Body().U16(9).U16(200).Raw({9, 0, 0, 0}).bytes)
      .Interface(1, 0, file.Option(9, {9, 9}))
      .Enhanced(0, 1'000'000, {1}, 1)
      .Enhanced(1, 1'000'000, {1}, 1, file.Body().U16(2).U16(0xffff).bytes);
  const Read read = ReadAll(file.bytes);
  ASSERT_EQ(read.frames.size(), 2u);
  for (const auto& frame : read.frames) EXPECT_EQ(frame.frame.time, kSecond);
}

TEST(PcapngFileTest, InterfacesWithoutEndAreRefused) {
  Ng file;
  for (int i = 0; i < 65'537; ++i) file.Interface(1, 0);
  EXPECT_THAT(Message(ReadAll(file.bytes).status), HasSubstr("65 536 interfaces"));
}

TEST(PcapngFileTest, EveryCutIsTold) {
  Ng file;
  file.Interface(1, 0);
  std::vector<size_t> ends = {28, file.bytes.size()};
  for (uint8_t i = 0; i < 3; ++i) {
    file.Enhanced(0, 1, Octets(i, i), i);
    ends.push_back(file.bytes.size());
  }
  for (size_t size = 4; size < file.bytes.size(); ++size) {
    const Read read =
        ReadAll(Octets(file.bytes.begin(), file.bytes.begin() + static_cast<long>(size)));
    const bool whole = std::count(ends.begin(), ends.end(), size) > 0;
    EXPECT_EQ(read.status.ok(), whole) << size;
    if (!whole) {
      EXPECT_THAT(Message(read.status), HasSubstr("x.pcap is cut after "));
    }
    const auto complete =
        std::count_if(ends.begin() + 2, ends.end(), [&](size_t end) { return end <= size; });
    EXPECT_EQ(read.frames.size(), static_cast<size_t>(complete)) << size;
  }
}

TEST(PcapngFileTest, DamageOfAnyKindEndsInAStatus) {
  std::mt19937 random(3);
  Ng file;
  file.Interface(1, 96, file.Option(9, {9}))
      .Enhanced(0, 1, {1, 2, 3}, 3, file.Option(2, {2, 0, 0, 0}));
  file.Block(3, {4, 0, 0, 0, 1, 2, 3, 4}).Section(false).Interface(1, 0).Enhanced(0, 1, {1}, 1);
  for (int round = 0; round < 5000; ++round) {
    Octets damaged = file.bytes;
    for (int i = 0; i < 3; ++i) {
      damaged[random() % damaged.size()] =
          static_cast<uint8_t>(random() % 3 == 0 ? random() : random() % 8);
    }
    const Read read = ReadAll(damaged);
    EXPECT_NE(read.state, SourceState::kActive);
    EXPECT_EQ(read.status.ok(), read.state == SourceState::kEnded);
    EXPECT_LE(read.frames.size(), 4u);
  }
}

}  // namespace
}  // namespace rustnet
