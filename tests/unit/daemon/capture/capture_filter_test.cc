// SPDX-License-Identifier: Apache-2.0
// Filter programs, run here by a small machine that knows the kernel's offsets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <set>

#include "daemon/seal/interfaces.h"
#include "daemon/seal/open_capture_filter.h"
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

using testing::HasSubstr;

// What the kernel knows of a packet: its bytes, where the network header is among them, and what it
// keeps beside them.
struct Packet {
  std::vector<uint8_t> bytes;
  size_t network = 0;
  uint32_t protocol = 0x0800;
  uint32_t packet_type = 0;
};

std::optional<uint32_t> Load(const Packet& packet, uint32_t k, int size) {
  if (k == 0xfffff000) return packet.protocol;
  if (k == 0xfffff004) return packet.packet_type;
  const size_t at = k >= 0xfff00000 ? packet.network + (k - 0xfff00000) : k;
  if (at + static_cast<size_t>(size) > packet.bytes.size()) return std::nullopt;
  uint32_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | packet.bytes[at + static_cast<size_t>(i)];
  return value;
}

// Classic BPF (networking/filter.rst); a load beyond the end returns 0.
uint32_t Passes(const FilterProgram& program, const Packet& packet) {
  uint32_t a = 0, x = 0;
  for (size_t pc = 0; pc < program.size(); ++pc) {
    const FilterInstruction& i = program[pc];
    const int size = (i.code & 0x18) == 0x10 ? 1 : (i.code & 0x18) == 0x08 ? 2 : 4;
    switch (i.code & 0x07) {
      case 0: {  // LD
        const uint16_t mode = i.code & 0xe0;
        const auto value = mode == 0      ? std::optional(i.k)
                           : mode == 0x40 ? Load(packet, i.k + x, size)
                                          : Load(packet, i.k, size);
        if (!value) return 0;
        a = *value;
        break;
      }
      case 1: {  // LDX MSH
        const auto value = Load(packet, i.k, 1);
        if (!value) return 0;
        x = 4 * (*value & 15);
        break;
      }
      case 4: {  // ALU
        const uint32_t operand = (i.code & 0x08) != 0 ? x : i.k;
        switch (i.code & 0xf0) {
          case 0x20:
            a *= operand;
            break;
          case 0x50:
            a &= operand;
            break;
          case 0x70:
            a >>= operand;
            break;
          case 0xa0:
            a ^= operand;
            break;
          default:
            ADD_FAILURE() << "ALU " << i.code;
        }
        break;
      }
      case 5: {  // JMP
        const uint16_t test = i.code & 0xf0;
        const bool taken = test == 0x10   ? a == i.k
                           : test == 0x20 ? a > i.k
                           : test == 0x30 ? a >= i.k
                           : test == 0x40 ? (a & i.k) != 0
                                          : true;
        pc += test == 0 ? i.k : taken ? i.jump_true : i.jump_false;
        break;
      }
      case 6:  // RET
        return (i.code & 0x18) == 0x10 ? a : i.k;
      case 7:  // TAX, TXA
        if ((i.code & 0x80) != 0) {
          a = x;
        } else {
          x = a;
        }
        break;
      default:
        ADD_FAILURE() << "instruction " << i.code;
    }
  }
  ADD_FAILURE() << "ran off the end";
  return 0;
}

// UDP from one address to another, behind `link` bytes of link header.
Packet Udp(int version, uint32_t source, uint32_t destination, size_t link = 0) {
  Packet packet;
  packet.network = link;
  packet.bytes.assign(link, 0);
  const auto word = [&](uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      packet.bytes.push_back(static_cast<uint8_t>(value >> shift));
    }
  };
  if (version == 4) {
    for (const uint32_t value : {0x4500001cu, 0u, 0x40110000u, source, destination}) word(value);
  } else {
    packet.protocol = 0x86dd;
    for (const uint32_t value : {0x60000000u, 0x00081140u, 0x20010db8u, 1u, 0u, source, 0x20010db8u,
                                 2u, 0u, destination}) {
      word(value);
    }
  }
  word(1000u << 16 | 53);
  word(8u << 16);
  return packet;
}

TEST(FanoutProgramTest, BothWaysAndEveryFramingMeet) {
  const FilterProgram program = FanoutProgram();
  std::mt19937 random(1);
  std::set<uint32_t> buckets;
  for (int i = 0; i < 1000; ++i) {
    const auto a = static_cast<uint32_t>(random()), b = static_cast<uint32_t>(random());
    for (const int version : {4, 6}) {
      const uint32_t worker = Passes(program, Udp(version, a, b));
      EXPECT_EQ(Passes(program, Udp(version, b, a)), worker);
      EXPECT_EQ(Passes(program, Udp(version, a, b, 14)), worker);
      // A second tag: the network header is that tag on the way in, IP on the way out.
      Packet incoming = Udp(version, a, b, 4);
      incoming.network = 0;
      incoming.protocol = 0x8100;
      EXPECT_EQ(Passes(program, incoming), worker);
      Packet outgoing = Udp(version, a, b, 22);
      outgoing.protocol = 0x88a8;
      outgoing.packet_type = 4;
      EXPECT_EQ(Passes(program, outgoing), worker);
      buckets.insert(worker);
    }
  }
  EXPECT_GT(buckets.size(), 200u);
  EXPECT_LT(*buckets.rbegin(), 256u);
}

TEST(FanoutProgramTest, EvenForSmallNumbersOfWorkers) {
  const FilterProgram program = FanoutProgram();
  for (const uint32_t workers : {2u, 3u, 4u, 8u}) {
    std::vector<int> counts(workers);
    // One host and its many peers, as an outsider numbers them.
    for (uint32_t i = 0; i < 4096; ++i) {
      ++counts[Passes(program, Udp(4, 0x0a000001, 0xc0a80000 + i)) % workers];
    }
    for (const int count : counts) {
      EXPECT_GT(count, static_cast<int>(4096 / workers / 2)) << workers;
    }
  }
}

TEST(FanoutProgramTest, WhatHasNoAddressesGoesToTheFirst) {
  const FilterProgram program = FanoutProgram();
  for (const uint32_t protocol : {0x0806u, 0x88ccu, 0x8864u}) {
    Packet packet = Udp(4, 1, 2);
    packet.protocol = protocol;
    EXPECT_EQ(Passes(program, packet), 0u);
  }
  Packet cut = Udp(4, 1, 2);
  cut.bytes.resize(15);
  EXPECT_EQ(Passes(program, cut), 0u);
}

TEST(CaptureFilterTest, WithoutOutgoingDropsWhatLeaves) {
  const FilterProgram program = WithoutOutgoing({{0x06, 0, 0, 100}});
  Packet packet = Udp(4, 1, 2);
  EXPECT_EQ(Passes(program, packet), 100u);
  packet.packet_type = 4;
  EXPECT_EQ(Passes(program, packet), 0u);
  EXPECT_EQ(Passes(DropAll(), packet), 0u);
}

TEST(CaptureFilterTest, EmptyTakesEverythingUpToTheSnaplen) {
  const auto filter = CompileFilter("", 4096, nullptr);
  ASSERT_TRUE(filter.ok());
  for (const auto& [link, program] : filter->programs) {
    EXPECT_EQ(Passes(program, Udp(4, 1, 2)), 4096u) << link;
  }
  EXPECT_TRUE(filter->refusals.empty());
}

// Linux cooked and raw IP: wherever the network header is, the program finds it.
TEST(CaptureFilterTest, OneExpressionForEveryLinkType) {
  const auto filter = CompileFilter("udp port 53 and host 10.0.0.1", 2000, nullptr);
  ASSERT_TRUE(filter.ok()) << Message(filter.status());
  for (const int link : {101, 113}) {
    const FilterProgram& program = filter->programs.at(link);
    for (const size_t header : {0, 4, 14, 24}) {
      EXPECT_EQ(Passes(program, Udp(4, 0x0a000001, 2, header)), 2000u) << link << " " << header;
      EXPECT_EQ(Passes(program, Udp(4, 2, 0x0a000001, header)), 2000u) << link << " " << header;
      EXPECT_EQ(Passes(program, Udp(4, 0x0a000002, 2, header)), 0u) << link << " " << header;
      EXPECT_EQ(Passes(program, Udp(6, 0x0a000001, 2, header)), 0u) << link << " " << header;
    }
  }
  Packet ethernet = Udp(4, 0x0a000001, 2, 14);
  ethernet.bytes[12] = 0x08;
  EXPECT_EQ(Passes(filter->programs.at(1), ethernet), 2000u);
}

TEST(CaptureFilterTest, ADirectionIsWhatTheKernelSays) {
  const auto filter = CompileFilter("outbound", 2000, nullptr);
  ASSERT_TRUE(filter.ok()) << Message(filter.status());
  Packet packet = Udp(4, 1, 2);
  EXPECT_EQ(Passes(filter->programs.at(113), packet), 0u);
  packet.packet_type = 4;
  EXPECT_EQ(Passes(filter->programs.at(113), packet), 2000u);
}

TEST(CaptureFilterTest, WhatLooksAtAHeaderThatIsNotThereIsRefused) {
  FilterProgram loads_address = {{0x20, 0, 0, 6}, {0x06, 0, 0, 1}};
  EXPECT_FALSE(CountFromNetworkHeader(16, &loads_address));
  FilterProgram from_network = {{0x20, 0, 0, 16}, {0x06, 0, 0, 1}};
  EXPECT_TRUE(CountFromNetworkHeader(16, &from_network));
  EXPECT_EQ(from_network[0].k, 0xfff00000u);
}

TEST(CaptureFilterTest, AFilterOfOneLinkTypeNamesTheOthers) {
  const auto filter = CompileFilter("ether host 02:00:00:00:00:01", 2000, nullptr);
  ASSERT_TRUE(filter.ok());
  EXPECT_EQ(filter->programs.count(1), 1u);
  EXPECT_EQ(filter->programs.count(101), 0u);
  NetworkInterface tunnel;
  tunnel.name = "tun0";
  tunnel.link_type = 101;
  const auto refused = ProgramFor(*filter, tunnel);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(refused.status()), HasSubstr("tun0 (raw IP)"));
  EXPECT_THAT(Message(refused.status()), HasSubstr("ether host 02:00:00:00:00:01"));
}

TEST(CaptureFilterTest, AMistakeIsToldWithTheExpression) {
  for (const char* expression : {"tcp port", "hots 10.0.0.1", "(", "port 99999999"}) {
    const auto filter = CompileFilter(expression, 2000, nullptr);
    ASSERT_FALSE(filter.ok()) << expression;
    EXPECT_EQ(ExitCode(filter.status()), 64);
    EXPECT_THAT(Message(filter.status()), HasSubstr(expression));
    EXPECT_THAT(Message(filter.status()), HasSubstr("does not compile: "));
  }
}

}  // namespace
}  // namespace rustnet
