// SPDX-License-Identifier: Apache-2.0
// Dissection, on the capture that RUSTNET_SESSIONS names (a classic pcap of Ethernet,
// little-endian, as the harness's `mkpcap -m sess` writes it):
//   Sessions/decode      ns per frame, decoded alone
//   Sessions/tracked     ns per frame, through the flow table too
//   Sessions/dissected   ns per frame, and through the dissectors
//   QuicInitial          ns for each client's Initial that begins a flow, up to its SNI
// Without the variable each says so and is skipped.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/net/dpi/inspection.h"
#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"

namespace rustnet::net {
namespace {

constexpr size_t kBatch = 32;
constexpr size_t kAhead = 8;  // frames that are fetched before their turn, as the pipeline does

class Capture {
 public:
  Capture() {
    const char* path = std::getenv("RUSTNET_SESSIONS");
    if (path == nullptr) return;
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    ByteReader in{AsBytes({bytes_.data(), bytes_.size()})};
    in.Skip(24);
    while (in.size() >= 16) {
      Frame frame;
      frame.time = Time{in.Le32()} * kSecond;
      frame.time += in.Le32() * kMicrosecond;
      const uint32_t captured = in.Le32();
      frame.length = in.Le32();
      frame.bytes = in.Take(captured);
      if (in.ok()) frames.push_back(frame);
    }
  }

  std::vector<Frame> frames;

 private:
  std::vector<char> bytes_;
};

const Capture& TheCapture() {
  static const Capture capture;
  return capture;
}

bool Skipped(benchmark::State* state) {
  if (!TheCapture().frames.empty()) return false;
  state->SkipWithError("RUSTNET_SESSIONS names no capture");
  return true;
}

void Count(benchmark::State* state, size_t each) {
  state->counters["ns"] =
      benchmark::Counter(static_cast<double>(state->iterations()) * static_cast<double>(each),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

enum class Depth : uint8_t { kDecoded, kTracked, kDissected };

void Sessions(benchmark::State& state, Depth depth) {
  if (Skipped(&state)) return;
  const std::vector<Frame>& frames = TheCapture().frames;
  std::array<Packet, kBatch + kMaxLayers> batch;
  for (auto _ : state) {
    state.PauseTiming();
    auto decoder = std::make_unique<Decoder>();
    FlowOptions options;
    options.hash_seed = 7;
    options.dissect = depth == Depth::kDissected;
    auto table = std::make_unique<FlowTable>(options);
    state.ResumeTiming();
    size_t filled = 0;
    for (size_t i = 0; i < frames.size(); ++i) {
      Decoder::Prefetch(frames[std::min(i + kAhead, frames.size() - 1)]);
      filled +=
          decoder->Decode(frames[i], std::span<Packet, kMaxLayers>(&batch[filled], kMaxLayers));
      if (filled < kBatch) continue;
      if (depth != Depth::kDecoded) table->Add(std::span(batch).first(filled));
      benchmark::DoNotOptimize(batch);
      filled = 0;
    }
    state.PauseTiming();
    decoder.reset();
    table.reset();
    state.ResumeTiming();
  }
  Count(&state, frames.size());
}

// The first datagrams to port 443, each of a flow of its own.
std::vector<Packet> Initials() {
  Decoder decoder;
  std::array<Packet, kMaxLayers> packets;
  std::vector<Packet> found;
  std::vector<uint64_t> seen;
  for (const Frame& frame : TheCapture().frames) {
    if (decoder.Decode(frame, packets) == 0) continue;
    const Packet& packet = packets[0];
    const bool to_server = packet.key.port[packet.from ^ 1] == 443;
    if (packet.key.protocol != Protocol::kUdp || !to_server || packet.payload.size() < 1200)
      continue;
    const uint64_t hash = HashKey(packet.key);
    if (std::find(seen.begin(), seen.end(), hash) != seen.end()) continue;
    seen.push_back(hash);
    found.push_back(packet);
    if (found.size() == 1000) break;
  }
  return found;
}

void QuicInitial(benchmark::State& state) {
  if (Skipped(&state)) return;
  const std::vector<Packet> initials = Initials();
  const InspectionLimits limits;
  size_t names = 0;
  for (auto _ : state) {
    InspectionCounters counters;
    for (const Packet& packet : initials) {
      Inspection inspection(Protocol::kUdp, 50000, 443, &limits, &counters);
      inspection.OnData(Direction::kForward, packet.payload, Moment{});
      names += inspection.facts().First("sni").empty() ? 0 : 1;
    }
  }
  Count(&state, initials.size());
  state.counters["with_sni"] =
      static_cast<double>(names) / static_cast<double>(state.iterations() * initials.size());
}

BENCHMARK_CAPTURE(Sessions, decode, Depth::kDecoded)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Sessions, tracked, Depth::kTracked)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Sessions, dissected, Depth::kDissected)->Unit(benchmark::kMillisecond);
BENCHMARK(QuicInitial)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace rustnet::net
