// SPDX-License-Identifier: Apache-2.0
#include "daemon/pipeline.h"

#include <algorithm>
#include <utility>

namespace rustnet {
namespace {

constexpr size_t kAhead = 8;  // frames; their bytes are in the ring, and cold

net::FlowOptions WithKnowledge(net::FlowOptions options, net::Knowledge* knowledge) {
  options.knowledge = knowledge;
  return options;
}

}  // namespace

Pipeline::Pipeline(net::FlowOptions options) : flows_(WithKnowledge(options, this)) {}

void Pipeline::Add(std::span<const net::Frame> frames) {
  size_t filled = 0;
  const size_t prefetched = std::min(kAhead, frames.size());
  for (const net::Frame& frame : frames.first(prefetched)) net::Decoder::Prefetch(frame);
  for (size_t i = 0; i < frames.size(); ++i) {
    if (i + kAhead < frames.size()) net::Decoder::Prefetch(frames[i + kAhead]);
    const net::Frame& frame = frames[i];
    newest_ = std::max(newest_, frame.time);
    const uint64_t malformed = decoder_.counters().malformed;
    const std::span<net::Packet, net::kMaxLayers> room(batch_.data() + filled, net::kMaxLayers);
    filled += decoder_.Decode(frame, room);
    HandleCounts& counts = counts_[frame.handle];
    if (decoder_.counters().malformed == malformed) {
      ++counts.processed;
    } else {
      ++counts.malformed;
    }
    if (filled < kBatch) continue;
    flows_.Add({batch_.data(), filled});
    filled = 0;
  }
  if (filled > 0) flows_.Add({batch_.data(), filled});
}

std::vector<NameAnswer> Pipeline::TakeAnswers() { return std::exchange(answers_, {}); }

void Pipeline::OnAnswer(const IpAddress& client, std::string_view name, const IpAddress& address,
                        uint32_t ttl) {
  if (answers_.size() >= kMostAnswers) {
    ++answers_dropped_;
    return;
  }
  answers_.push_back({client, address, std::string(name), ttl});
}

}  // namespace rustnet
