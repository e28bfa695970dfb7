// SPDX-License-Identifier: Apache-2.0
// Frame to packet: ns per frame, against the floor of reading the same bytes.  A batch larger than
// the caches of a branch predictor would like, with both directions and changing lengths.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "common/net/packet/decoder.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::net {
namespace {

using frame::Buffer;

enum class Kind { kTcp, kUdp, kTcp6, kVlan, kMixed };

Buffer Make(Kind kind, std::mt19937* random) {
  const auto pick = [random](uint32_t limit) { return static_cast<uint32_t>((*random)()) % limit; };
  const IpAddress client = IpAddress::V4(0x0a000000 + pick(1000));
  const IpAddress server = IpAddress::V4(0xc0a80000 + pick(50));
  const auto port = static_cast<uint16_t>(32768 + pick(20000));
  const bool back = pick(2) != 0;
  const Buffer payload(pick(1400), 'x');
  if (kind == Kind::kMixed) kind = static_cast<Kind>(pick(4));
  frame::Ip ip{.source = back ? server : client, .destination = back ? client : server};
  const frame::TcpFields tcp{.source = back ? uint16_t{443} : port,
                             .destination = back ? port : uint16_t{443}};
  switch (kind) {
    case Kind::kUdp:
      ip.protocol = 17;
      return frame::Ethernet(0x0800,
                             frame::Ipv4(ip, frame::Udp(tcp.source, tcp.destination, payload)));
    case Kind::kTcp6:
      ip.source = back ? frame::kV6Source : frame::kV6Destination;
      ip.destination = back ? frame::kV6Destination : frame::kV6Source;
      return frame::Ethernet(0x86dd, frame::Ipv6(ip, frame::Tcp(tcp, payload)));
    case Kind::kVlan:
      return frame::Ethernet(0x8100,
                             frame::Vlan(7, 0x0800, frame::Ipv4(ip, frame::Tcp(tcp, payload))));
    default:
      return frame::Ethernet(0x0800, frame::Ipv4(ip, frame::Tcp(tcp, payload)));
  }
}

// The frames lie one behind the other, as in a ring block.
struct Block {
  explicit Block(Kind kind) {
    std::mt19937 rng(1);
    std::vector<size_t> ends;
    for (int i = 0; i < 4096; ++i) {
      frame::PutAll(&bytes, Make(kind, &rng));
      ends.push_back(bytes.size());
    }
    size_t begin = 0;
    for (const size_t end : ends) {
      frames.push_back({.time = static_cast<Time>(frames.size()),
                        .bytes = Bytes(bytes).subspan(begin, end - begin),
                        .length = static_cast<uint32_t>(end - begin)});
      begin = end;
    }
  }
  Buffer bytes;
  std::vector<Frame> frames;
};

void Decode(benchmark::State& state, Kind kind) {
  const Block block(kind);
  Decoder decoder;
  std::vector<Packet> packets(256 + kMaxLayers);
  for (auto _ : state) {
    size_t n = 0;
    for (size_t i = 0; i < block.frames.size(); ++i) {
      const Frame& frame = block.frames[i];
      Decoder::Prefetch(block.frames[std::min(i + 8, block.frames.size() - 1)]);
      n += decoder.Decode(frame, std::span(packets).subspan(n).first<kMaxLayers>());
      if (n < 256) continue;
      benchmark::DoNotOptimize(packets.data());
      n = 0;
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations() * block.frames.size()));
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(state.iterations() * block.frames.size()) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

BENCHMARK_CAPTURE(Decode, tcp, Kind::kTcp);
BENCHMARK_CAPTURE(Decode, udp, Kind::kUdp);
BENCHMARK_CAPTURE(Decode, tcp6, Kind::kTcp6);
BENCHMARK_CAPTURE(Decode, vlan, Kind::kVlan);
BENCHMARK_CAPTURE(Decode, mixed, Kind::kMixed);

// What any decoder pays: the first bytes of each frame come from memory.
void Touch(benchmark::State& state) {
  const Block block(Kind::kTcp);
  uint64_t sum = 0;
  for (auto _ : state) {
    for (const Frame& frame : block.frames) sum += frame.bytes[26] + frame.bytes[47];
    benchmark::DoNotOptimize(sum);
  }
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(state.iterations() * block.frames.size()) / 1e9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(Touch);

}  // namespace
}  // namespace rustnet::net
