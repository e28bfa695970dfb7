// SPDX-License-Identifier: Apache-2.0
// The rates of the last 60 seconds, for rows that moved within them.  Others have none, and cost
// nothing; of those that have, a second without movement costs nothing either.
#pragma once

#include <cstdint>
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
  static constexpr uint32_t kSamples = 60;

  // `row` moves: from now on it is sampled.
  void Follow(RowIndex row) { series_.try_emplace(row); }
  bool Follows(RowIndex row) const { return series_.contains(row); }
  void Drop(RowIndex row) { series_.erase(row); }
  void Clear() { series_.clear(); }
  size_t size() const { return series_.size(); }

  // The sample of the second of `now`.  `rates(row)` gives a RateSample of each row that is
  // followed, or nothing once the row has stood still for 60 seconds, which ends its series.
  template <typename Rates>
  void Sample(Time now, Rates rates) {
    const auto second = static_cast<uint32_t>(now / kSecond);
    const uint32_t passed = second - second_;
    sampled_ = (passed < 64 ? sampled_ << passed : 0) | 1;
    second_ = second;
    for (auto it = series_.begin(); it != series_.end();) {
      const auto current = it++;
      const auto sample = rates(current->first);
      if (!sample) {
        series_.erase(current);
        continue;
      }
      auto& [since, points] = current->second;
      if (since == 0) since = second;
      std::erase_if(points, [&](const Point& p) { return p.second + kSamples <= second; });
      if (sample->send_rate + sample->receive_rate > 0) {
        points.push_back({second, static_cast<float>(sample->send_rate),
                          static_cast<float>(sample->receive_rate)});
      }
    }
    if (series_.size() < series_.capacity() / 8) series_.rehash(0);
  }

  // One for each second of the last 60 that was sampled while the row was followed, oldest first;
  // none if it did not move in any of them.
  std::vector<RateSample> Of(RowIndex row) const {
    std::vector<RateSample> out;
    const auto found = series_.find(row);
    if (found == series_.end() || found->second.points.empty()) return out;
    const auto& [since, points] = found->second;
    auto point = points.begin();
    for (uint32_t ago = kSamples; ago-- > 0;) {
      const uint32_t second = second_ - ago;
      if (second < since || (sampled_ >> ago & 1) == 0) continue;
      while (point != points.end() && point->second < second) ++point;
      RateSample sample{Time{second} * kSecond, 0, 0};
      if (point != points.end() && point->second == second) {
        sample.send_rate = static_cast<uint64_t>(point->send_rate);
        sample.receive_rate = static_cast<uint64_t>(point->receive_rate);
      }
      out.push_back(sample);
    }
    return out;
  }

 private:
  // 12 bytes; a rate is exact up to 16 MiB/s and within 1e-7 beyond.
  struct Point {
    uint32_t second;  // since 1970
    float send_rate;
    float receive_rate;
  };
  struct Series {
    uint32_t since = 0;         // first second that was sampled; 0: none yet
    std::vector<Point> points;  // at most kSamples, by second; seconds without movement left out
  };
  absl::flat_hash_map<RowIndex, Series> series_;
  uint32_t second_ = 0;   // of the last sample
  uint64_t sampled_ = 0;  // bit n: n seconds before it one was taken
};

}  // namespace rustnet
