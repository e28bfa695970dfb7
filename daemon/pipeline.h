// SPDX-License-Identifier: Apache-2.0
// Frames to flows: one decoder, one flow table.  The same for a live worker, a replay and
// `--flows`; belongs to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"

namespace rustnet {

// A DNS answer on its way from a worker to the table of names.
struct NameAnswer {
  IpAddress client;
  IpAddress address;
  std::string name;
  uint32_t ttl_seconds = 0;
};

class Pipeline : private net::Knowledge {
 public:
  struct HandleCounts {
    uint64_t processed = 0;
    uint64_t malformed = 0;
  };

  explicit Pipeline(net::FlowOptions options);

  // Frames in capture order; they need live only until this returns.
  void Add(std::span<const net::Frame> frames);

  net::FlowTable& flows() { return flows_; }
  net::Decoder& decoder() { return decoder_; }
  const net::DecodeCounters& decode_counters() const { return decoder_.counters(); }
  const HandleCounts& counts(uint8_t handle) const { return counts_[handle]; }
  // Capture time of the newest frame; 0 before the first.
  Time newest() const { return newest_; }

  // Answers seen since the last call, at most kMostAnswers; the others are counted.
  std::vector<NameAnswer> TakeAnswers();
  uint64_t answers_dropped() const { return answers_dropped_; }

 private:
  static constexpr size_t kBatch = 32;
  static constexpr size_t kMostAnswers = 4096;

  void OnAnswer(const IpAddress& client, std::string_view name, const IpAddress& address,
                uint32_t ttl) override;

  net::Decoder decoder_;
  net::FlowTable flows_;
  std::array<net::Packet, kBatch + net::kMaxLayers> batch_;
  std::array<HandleCounts, 256> counts_{};
  Time newest_ = 0;
  std::vector<NameAnswer> answers_;
  uint64_t answers_dropped_ = 0;
};

}  // namespace rustnet
