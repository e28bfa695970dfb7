// SPDX-License-Identifier: Apache-2.0
// Bytes to table: ns per frame through decoder and flow table, without dissection.  One frame of 60
// bytes per flow in turn, as the harness's `mkpcap -m tcp` writes them.
#include <benchmark/benchmark.h>

#include <array>
#include <vector>

#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::net {
namespace {

constexpr size_t kBatch = 32;

class Traffic {
 public:
  explicit Traffic(size_t flows) {
    for (size_t flow = 0; flow < flows; ++flow) {
      const frame::Ip ip{.source = IpAddress::V4(0x0A000001),
                         .destination = IpAddress::V4(static_cast<uint32_t>(0x5F000000 + flow))};
      const frame::TcpFields tcp{.source = static_cast<uint16_t>(1024 + flow % 60'000),
                                 .destination = 443,
                                 .flags = frame::kAck};
      const frame::Buffer one =
          frame::Ethernet(frame::kIpv4, frame::Ipv4(ip, frame::Tcp(tcp, frame::Text("abcdef"))));
      length_ = one.size();
      frame::PutAll(&bytes_, one);
    }
  }

  // The next flow's frame; its sequence number goes on by its payload, in network order.
  Frame Next() {
    constexpr size_t kSequence = 14 + 20 + 4;
    if (at_ == bytes_.size()) at_ = 0, sent_ += 6;
    const std::span<uint8_t> one = std::span(bytes_).subspan(at_, length_);
    at_ += length_;
    for (size_t i = 0; i < 4; ++i) one[kSequence + i] = static_cast<uint8_t>(sent_ >> (24 - 8 * i));
    return {
        .time = time_ += 10 * kMicrosecond, .bytes = one, .length = static_cast<uint32_t>(length_)};
  }

 private:
  std::vector<uint8_t> bytes_;
  size_t length_ = 0;
  size_t at_ = 0;
  uint32_t sent_ = 1;
  Time time_ = 1'700'000'000 * kSecond;
};

void Pipeline(benchmark::State& state) {
  const auto flows = static_cast<size_t>(state.range(0));
  Traffic traffic(flows);
  FlowOptions options;
  options.dissect = false;
  options.capacity = 2'000'000;
  options.hash_seed = 7;
  Decoder decoder;
  FlowTable table(options);
  std::array<Packet, kBatch + kMaxLayers> packets;
  const auto add_batch = [&] {
    size_t n = 0;
    while (n < kBatch) {
      n += decoder.Decode(traffic.Next(), std::span(packets).subspan(n).first<kMaxLayers>());
    }
    table.Add(std::span(packets).first(n));
    return n;
  };
  for (size_t i = 0; i < 2 * flows; i += kBatch) add_batch();
  size_t frames = 0;
  for (auto _ : state) frames += add_batch();
  if (table.size() != flows) state.SkipWithError("not the flows that were sent");
  state.SetItemsProcessed(static_cast<int64_t>(frames));
  state.counters["ns"] = benchmark::Counter(
      static_cast<double>(frames) / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(Pipeline)->Arg(1000)->Arg(100'000)->Arg(1'000'000);

}  // namespace
}  // namespace rustnet::net
