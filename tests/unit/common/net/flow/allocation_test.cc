// SPDX-License-Identifier: Apache-2.0
// A packet of a known, decided flow allocates nothing, and an idle flow is small.
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <string>
#include <vector>

#include "tests/unit/common/net/flow/packets.h"

namespace {

size_t allocations = 0;
size_t bytes_held = 0;

void* Allocate(size_t size, size_t alignment) {
  ++allocations;
  // aligned_alloc wants a multiple of the alignment (C11 7.22.3.1).
  void* memory = alignment == 0 ? std::malloc(size)
                                : std::aligned_alloc(
                                      alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  bytes_held += malloc_usable_size(memory);
  return memory;
}

void Release(void* memory) {
  if (memory != nullptr) bytes_held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) { return Allocate(size, 0); }
void* operator new[](size_t size) { return Allocate(size, 0); }
void* operator new(size_t size, std::align_val_t at) { return Allocate(size, size_t(at)); }
void* operator new[](size_t size, std::align_val_t at) { return Allocate(size, size_t(at)); }
void operator delete(void* memory) noexcept { Release(memory); }
void operator delete[](void* memory) noexcept { Release(memory); }
void operator delete(void* memory, size_t) noexcept { Release(memory); }
void operator delete[](void* memory, size_t) noexcept { Release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { Release(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { Release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { Release(memory); }
void operator delete[](void* memory, size_t, std::align_val_t) noexcept { Release(memory); }

namespace rustnet::net {
namespace {

const std::string kOpaque(100, '\xAA');

// `rounds` data packets of each of `flows` connections, each acknowledged.
std::vector<Packet> Steady(uint16_t flows, uint32_t rounds, uint32_t first_round) {
  std::vector<Packet> packets;
  for (uint32_t round = first_round; round < first_round + rounds; ++round) {
    for (uint16_t flow = 0; flow < flows; ++flow) {
      const Talk talk{.client_port = static_cast<uint16_t>(1000 + flow), .server_port = 9};
      const Time now = kStart + round * 50 * kMillisecond;
      packets.push_back(talk.Tcp(now, true, kAck | kPsh, round * 100, 1, kOpaque));
      packets.push_back(talk.Tcp(now + 1, false, kAck, 1, (round + 1) * 100));
      const Talk udp{.protocol = Protocol::kUdp,
                     .client_port = static_cast<uint16_t>(1000 + flow),
                     .server_port = 9};
      packets.push_back(udp.Make(now, round % 2 == 0, kOpaque));
    }
  }
  return packets;
}

TEST(AllocationTest, EstablishedAndDecidedFlowsAllocateNothing) {
  FlowTable table({});
  std::vector<FlowView> views;
  views.reserve(1000);
  table.Add(Steady(200, 100, 0));
  table.TakeChanges(kStart + 5 * kSecond, &views);
  const std::vector<Packet> packets = Steady(200, 100, 100);
  const size_t before = allocations;
  for (size_t at = 0; at < packets.size(); at += 600) {
    table.Add(std::span(packets).subspan(at, 600));
    views.clear();
    table.TakeChanges(packets[at + 599].time, &views);
    ASSERT_EQ(views.size(), 400U);
  }
  EXPECT_EQ(allocations, before);
}

TEST(AllocationTest, AnIdleFlowIsSmall) {
  constexpr uint32_t kFlows = 50'000;
  const size_t before = bytes_held;
  FlowTable table({});
  std::vector<FlowView> views;
  for (uint32_t flow = 0; flow < kFlows; ++flow) {
    const Talk talk{.client = 0x0A000001 + flow / 1000,
                    .client_port = static_cast<uint16_t>(1000 + flow % 1000),
                    .server_port = 9};
    const Time now = kStart + flow * kMillisecond;
    table.Add(
        std::vector<Packet>{talk.Tcp(now, true, kAck, 1, 1), talk.Tcp(now, false, kAck, 1, 1)});
    views.clear();
    if (flow % 100 == 0) table.TakeChanges(now, &views);
  }
  views = {};
  EXPECT_EQ(table.size(), kFlows);
  EXPECT_LE((bytes_held - before) / kFlows, 350U);
}

}  // namespace
}  // namespace rustnet::net
