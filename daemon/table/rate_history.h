// SPDX-License-Identifier: Apache-2.0
// The rates of the last 60 seconds, one sample each, for rows that moved within them.  Others have
// none, and cost nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/base/time.h"
#include "daemon/table/row_log.h"

namespace rustnet {

struct RateSample {
  Time time = 0;
  uint64_t send_rate = 0;  // bytes per second
  uint64_t receive_rate = 0;
};

class RateHistory {
 public:
  static constexpr size_t kSamples = 60;

  // `row` moves: from now on it is sampled.
  void Follow(RowIndex row) { series_.try_emplace(row); }
  void Drop(RowIndex row) { series_.erase(row); }
  void Clear() { series_.clear(); }
  size_t size() const { return series_.size(); }

  // Adds the sample of second `now` to each row that is followed; `rates(row)` gives a RateSample,
  // or nothing once the row has stood still for 60 seconds, which ends its series.
  template <typename Rates>
  void Sample(Time now, Rates rates) {
    for (auto it = series_.begin(); it != series_.end();) {
      const auto current = it++;
      const auto sample = rates(current->first);
      if (!sample) {
        series_.erase(current);
        continue;
      }
      Series& series = *Made(&current->second);
      series.at[series.next] = {now, sample->send_rate, sample->receive_rate};
      series.next = static_cast<uint8_t>((series.next + 1) % kSamples);
      if (series.count < kSamples) ++series.count;
    }
  }

  // Oldest first; not older than 60 seconds before `now`.
  std::vector<RateSample> Of(RowIndex row, Time now) const {
    std::vector<RateSample> out;
    const auto found = series_.find(row);
    if (found == series_.end() || found->second == nullptr) return out;
    const Series& series = *found->second;
    for (size_t i = 0; i < series.count; ++i) {
      const RateSample& sample = series.at[(series.next + kSamples - series.count + i) % kSamples];
      if (sample.time + static_cast<Time>(kSamples) * kSecond > now) out.push_back(sample);
    }
    return out;
  }

 private:
  struct Series {
    std::array<RateSample, kSamples> at;
    uint8_t next = 0;
    uint8_t count = 0;
  };
  static Series* Made(std::unique_ptr<Series>* series) {
    if (*series == nullptr) *series = std::make_unique<Series>();
    return series->get();
  }

  absl::flat_hash_map<RowIndex, std::unique_ptr<Series>> series_;
};

}  // namespace rustnet
