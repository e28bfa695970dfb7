// SPDX-License-Identifier: Apache-2.0
// Packet to table: ns per parsed packet, with the whole TCP state and the rates, and what a tick
// costs.  Flows take turns, so at many flows each packet finds its memory cold.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/net/flow/flow_table.h"

namespace rustnet::net {
namespace {

constexpr size_t kBatch = 32;
constexpr Duration kBetween = 10 * kMicrosecond;  // 100 000 packets per second

void CountPackets(benchmark::State& state, size_t packets) {
  state.SetItemsProcessed(static_cast<int64_t>(packets));
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(packets) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

Packet FirstPacket(uint32_t flow, Protocol protocol) {
  Packet packet;
  packet.key.protocol = protocol;
  packet.key.ip_protocol = protocol == Protocol::kTcp ? 6 : 17;
  packet.key.family = 4;
  packet.key.address = {IpAddress::V4(0x0A000001 + flow / 60'000).raw(),
                        IpAddress::V4(0xC0A80001).raw()};
  packet.key.port = {static_cast<uint16_t>(1024 + flow % 60'000), 443};
  packet.ip_bytes = 46;
  packet.frame_bytes = 60;
  packet.payload_bytes = 6;
  packet.tcp = {.seq = flow, .ack = 1, .window = 500, .flags = tcp_flag::kAck};
  return packet;
}

// Established flows that send in turn; the sequence numbers go on as they should.
class Traffic {
 public:
  Traffic(size_t flows, Protocol protocol) {
    for (uint32_t flow = 0; flow < flows; ++flow) packets_.push_back(FirstPacket(flow, protocol));
  }

  std::span<const Packet> NextBatch() {
    if (at_ + kBatch > packets_.size()) at_ = 0;
    const std::span<Packet> batch = std::span(packets_).subspan(at_, kBatch);
    for (Packet& packet : batch) {
      packet.time = now_ += kBetween;
      packet.tcp.seq += packet.payload_bytes;
    }
    at_ += kBatch;
    return batch;
  }
  Time now() const { return now_; }

 private:
  std::vector<Packet> packets_;
  size_t at_ = 0;
  Time now_ = 1'700'000'000 * kSecond;
};

FlowOptions Options() {
  FlowOptions options;
  options.capacity = 2'000'000;
  options.dissect = false;
  options.hash_seed = 7;
  return options;
}

void Steady(benchmark::State& state, Protocol protocol) {
  const auto flows = static_cast<size_t>(state.range(0));
  Traffic traffic(flows, protocol);
  FlowTable table(Options());
  for (size_t i = 0; i < 2 * flows; i += kBatch) table.Add(traffic.NextBatch());
  size_t packets = 0;
  for (auto _ : state) {
    table.Add(traffic.NextBatch());
    packets += kBatch;
  }
  CountPackets(state, packets);
}
BENCHMARK_CAPTURE(Steady, tcp, Protocol::kTcp)->Arg(1000)->Arg(100'000)->Arg(1'000'000);
BENCHMARK_CAPTURE(Steady, udp, Protocol::kUdp)->Arg(1000)->Arg(100'000);

// The same with a tick every 100 ms of capture time.
void WithTicks(benchmark::State& state) {
  const auto flows = static_cast<size_t>(state.range(0));
  Traffic traffic(flows, Protocol::kTcp);
  FlowTable table(Options());
  std::vector<FlowView> changes;
  size_t packets = 0;
  size_t views = 0;
  for (auto _ : state) {
    table.Add(traffic.NextBatch());
    packets += kBatch;
    if (packets % (10'000 / kBatch * kBatch) != 0) continue;
    changes.clear();
    table.TakeChanges(traffic.now(), &changes);
    views += changes.size();
  }
  CountPackets(state, packets);
  state.counters["views"] = static_cast<double>(views) / static_cast<double>(packets);
}
BENCHMARK(WithTicks)->Arg(1000)->Arg(100'000);

// Connections of nine packets from SYN to the last ACK, a hundred at a time.
void Churn(benchmark::State& state) {
  struct Row {
    uint8_t from;
    uint8_t flags;
    uint32_t seq, ack, length;
  };
  using namespace tcp_flag;
  static constexpr Row kRows[] = {{0, kSyn, 0, 0, 0},
                                  {1, kSyn | kAck, 0, 1, 0},
                                  {0, kAck, 1, 1, 0},
                                  {0, kAck, 1, 1, 100},
                                  {1, kAck, 1, 101, 900},
                                  {0, kAck, 101, 901, 0},
                                  {0, kFin | kAck, 101, 901, 0},
                                  {1, kFin | kAck, 901, 102, 0},
                                  {0, kAck, 102, 902, 0}};
  FlowTable table(Options());
  std::vector<FlowView> changes;
  std::vector<Packet> batch;
  Time now = 1'700'000'000 * kSecond;
  uint32_t flow = 0;
  size_t packets = 0;
  for (auto _ : state) {
    state.PauseTiming();
    batch.clear();
    for (const Row& row : kRows) {
      for (uint32_t i = 0; i < 100; ++i) {
        Packet packet = FirstPacket((flow + i) % 6'000'000, Protocol::kTcp);
        packet.time = now += kBetween;
        packet.from = row.from;
        packet.tcp = {.seq = row.seq, .ack = row.ack, .window = 500, .flags = row.flags};
        packet.payload_bytes = row.length;
        batch.push_back(packet);
      }
    }
    flow += 100;
    changes.clear();
    state.ResumeTiming();
    table.Add(batch);
    packets += batch.size();
    if (flow % 1000 == 0) table.TakeChanges(now, &changes);
  }
  CountPackets(state, packets);
}
BENCHMARK(Churn);

// Nothing happens to 50 000 connections.
void IdleTick(benchmark::State& state) {
  Traffic traffic(50'016, Protocol::kTcp);
  FlowTable table(Options());
  std::vector<FlowView> changes;
  for (size_t i = 0; i < 50'016; i += kBatch) table.Add(traffic.NextBatch());
  Time now = traffic.now() + 10 * kSecond;
  table.TakeChanges(now, &changes);
  changes.clear();
  for (auto _ : state) {
    table.TakeChanges(now, &changes);
    benchmark::DoNotOptimize(changes.data());
  }
}
BENCHMARK(IdleTick);

}  // namespace
}  // namespace rustnet::net
