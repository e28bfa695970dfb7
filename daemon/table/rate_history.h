// SPDX-License-Identifier: Apache-2.0
// The rates of the last 60 seconds, for rows that moved within them.  Others have none, and cost
// nothing; of those that have, a second without movement costs nothing either.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
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
  void Follow(RowIndex row) { series_.try_emplace(row, Series{seconds_ + 1, {}}); }
  void Drop(RowIndex row) { series_.erase(row); }
  void Clear() { series_.clear(); }
  size_t size() const { return series_.size(); }

  // One second more.  `rates(row)` gives a RateSample of each row that is followed, or nothing once
  // the row has stood still for 60 seconds, which ends its series.
  template <typename Rates>
  void Sample(Time now, Rates rates) {
    ++seconds_;
    last_ = now;
    for (auto it = series_.begin(); it != series_.end();) {
      const auto current = it++;
      const auto sample = rates(current->first);
      if (!sample) {
        series_.erase(current);
        continue;
      }
      std::vector<Point>& points = current->second.points;
      if (!points.empty() && points.front().second + kSamples <= seconds_) {
        points.erase(points.begin());
      }
      if (sample->send_rate + sample->receive_rate > 0) {
        points.push_back({seconds_, Narrow(sample->send_rate), Narrow(sample->receive_rate)});
      }
    }
  }

  // One for each second of the last 60 in which the row was followed, oldest first; none if it did
  // not move in any of them.
  std::vector<RateSample> Of(RowIndex row) const {
    std::vector<RateSample> out;
    const auto found = series_.find(row);
    if (found == series_.end() || found->second.points.empty()) return out;
    const auto& [since, points] = found->second;
    const uint32_t first = std::max(since, seconds_ < kSamples ? 1 : seconds_ - kSamples + 1);
    auto point = points.begin();
    for (uint32_t second = first; second <= seconds_; ++second) {
      while (point != points.end() && point->second < second) ++point;
      RateSample sample{last_ - static_cast<Time>(seconds_ - second) * kSecond, 0, 0};
      if (point != points.end() && point->second == second) {
        sample.send_rate = point->send_rate;
        sample.receive_rate = point->receive_rate;
      }
      out.push_back(sample);
    }
    return out;
  }

 private:
  // 12 bytes: rates beyond 4 GiB/s (34 Gbit/s of one connection) are told as that.
  struct Point {
    uint32_t second;  // number of the sample
    uint32_t send_rate;
    uint32_t receive_rate;
  };
  struct Series {
    uint32_t since = 0;
    std::vector<Point> points;  // at most kSamples, by second; seconds without movement left out
  };
  static uint32_t Narrow(uint64_t rate) {
    return static_cast<uint32_t>(std::min<uint64_t>(rate, std::numeric_limits<uint32_t>::max()));
  }

  absl::flat_hash_map<RowIndex, Series> series_;
  uint32_t seconds_ = 0;
  Time last_ = 0;
};

}  // namespace rustnet
