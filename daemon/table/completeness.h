// SPDX-License-Identifier: Apache-2.0
// How much of what has a socket here is attributed, and how fast: of the last minute, and since the
// start.
//
// Each end of a connection counts once, in the slot of the moment when the connection began, and
// moves within it when more is known of it.  Of fixed size; nothing is kept for each row.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/base/time.h"
#include "daemon/attribution/attribution.h"

namespace rustnet {

// Ends by what is known of their owners.
struct AttributionTally {
  Quality quality = Quality::kUnspecified;
  NoOwner reason = NoOwner::kUnspecified;
  uint64_t flows = 0;
};

struct CompletenessReport {
  uint64_t attributed = 0;
  uint64_t unknown = 0;    // has a socket here, or may have one
  uint64_t not_local = 0;  // no socket here: not counted in `local`
  uint64_t kernel = 0;     // no process is to be found: likewise
  uint64_t pending = 0;    // likewise
  std::vector<AttributionTally> counts;
  // From the first packet to the attribution, within an eighth; none: nothing was attributed.
  std::optional<Duration> p50;
  std::optional<Duration> p99;
  std::optional<Duration> p999;  // 99.9 %

  uint64_t local() const { return attributed + unknown; }
};

class Completeness {
 public:
  struct Known {
    Quality quality = Quality::kUnspecified;
    NoOwner reason = NoOwner::kUnspecified;
  };
  static bool IsAttributed(Quality quality);

  // An end of a connection that began at `began`.
  void Add(Time began, const Known& known, Time now);
  // What is known of an end that was added has changed; kUnspecified: it was not, or is no more.
  void Change(Time began, const Known& before, const Known& after, Time now);
  void Clear() { *this = Completeness(); }

  CompletenessReport LastMinute(Time now) const;
  CompletenessReport SinceStart() const;

 private:
  static constexpr size_t kQualities = static_cast<size_t>(Quality::kNetnsUnique) + 1;
  static constexpr size_t kReasons = static_cast<size_t>(NoOwner::kReplay) + 1;
  static constexpr Duration kSlot = 5 * kSecond;
  static constexpr size_t kSlots = 13;  // a minute and the slot that is being filled
  // Steps of an eighth, from 1 ms to 9 hours.
  static constexpr size_t kDelays = 8 * 23;

  template <typename Number>
  struct Counts {
    std::array<std::array<Number, kReasons>, kQualities> ends{};
    std::array<Number, kDelays> delays{};
  };
  struct Slot {
    int64_t number = -1;  // began / kSlot
    Counts<uint32_t> counts;
  };

  static size_t DelayIndex(Duration delay);
  static Duration DelayOf(size_t index);
  static CompletenessReport Report(const Counts<uint64_t>& counts);
  // Null: `began` is longer ago than the slots reach.
  Counts<uint32_t>* SlotOf(Time began, Time now);
  void CountDelay(Time began, Time now);

  Counts<uint64_t> all_;
  std::array<Slot, kSlots> slots_;
};

}  // namespace rustnet
