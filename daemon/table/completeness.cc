// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/completeness.h"

#include <algorithm>
#include <bit>

namespace rustnet {
namespace {

constexpr Duration kWindow = 60 * kSecond;

template <typename Enum>
size_t Index(Enum value) {
  return static_cast<size_t>(value);
}

}  // namespace

bool Completeness::IsAttributed(Quality quality) {
  return quality != Quality::kUnspecified && quality != Quality::kNone &&
         quality != Quality::kKernel;
}

// Whole milliseconds up to 8, then eight steps for each doubling.
size_t Completeness::DelayIndex(Duration delay) {
  const auto ms = static_cast<uint64_t>(std::max<Duration>(delay, 0) / kMillisecond);
  if (ms < 8) return ms;
  const auto shift = static_cast<size_t>(std::bit_width(ms)) - 4;
  return std::min((shift + 1) * 8 + (ms >> shift) - 8, kDelays - 1);
}

// The upper end of a step.
Duration Completeness::DelayOf(size_t index) {
  if (index < 8) return static_cast<Duration>(index + 1) * kMillisecond;
  const size_t shift = index / 8 - 1;
  return static_cast<Duration>((index % 8 + 9) << shift) * kMillisecond;
}

Completeness::Counts<uint32_t>* Completeness::SlotOf(Time began, Time now) {
  const int64_t number = began / kSlot;
  const int64_t newest = now / kSlot;
  if (number > newest || number + static_cast<int64_t>(kSlots) <= newest || number < 0) {
    return nullptr;
  }
  Slot& slot = slots_[static_cast<size_t>(number) % kSlots];
  if (slot.number > number) return nullptr;
  if (slot.number != number) slot = Slot{.number = number, .counts = {}};
  return &slot.counts;
}

void Completeness::CountDelay(Time began, Time now) {
  const size_t index = DelayIndex(now - began);
  ++all_.delays[index];
  if (Counts<uint32_t>* slot = SlotOf(began, now)) ++slot->delays[index];
}

void Completeness::Add(Time began, const Known& known, Time now) {
  Change(began, Known(), known, now);
}

void Completeness::Change(Time began, const Known& before, const Known& after, Time now) {
  if (before.quality == after.quality && before.reason == after.reason) return;
  const auto move = [&](auto* counts) {
    auto& from = counts->ends[Index(before.quality)][Index(before.reason)];
    if (before.quality != Quality::kUnspecified && from > 0) --from;
    if (after.quality == Quality::kUnspecified) return;
    ++counts->ends[Index(after.quality)][Index(after.reason)];
  };
  move(&all_);
  if (Counts<uint32_t>* slot = SlotOf(began, now)) move(slot);
  if (!IsAttributed(before.quality) && IsAttributed(after.quality)) CountDelay(began, now);
}

CompletenessReport Completeness::Report(const Counts<uint64_t>& counts) {
  CompletenessReport report;
  for (size_t quality = 0; quality < kQualities; ++quality) {
    for (size_t reason = 0; reason < kReasons; ++reason) {
      const uint64_t ends = counts.ends[quality][reason];
      if (ends == 0) continue;
      const auto known = static_cast<Quality>(quality);
      const auto why = static_cast<NoOwner>(reason);
      report.counts.push_back({known, why, ends});
      if (IsAttributed(known)) {
        report.attributed += ends;
      } else if (known == Quality::kKernel) {
        report.kernel += ends;
      } else if (why == NoOwner::kPending) {
        report.pending += ends;
      } else if (why == NoOwner::kNotLocal || why == NoOwner::kForwarded ||
                 why == NoOwner::kReplay) {
        report.not_local += ends;
      } else {
        report.unknown += ends;
      }
    }
  }
  uint64_t delays = 0;
  for (const uint64_t count : counts.delays) delays += count;
  uint64_t below = 0;
  for (size_t i = 0; i < kDelays && delays > 0; ++i) {
    below += counts.delays[i];
    if (!report.p50 && below * 100 >= delays * 50) report.p50 = DelayOf(i);
    if (!report.p99 && below * 100 >= delays * 99) report.p99 = DelayOf(i);
    if (!report.p999 && below * 1000 >= delays * 999) report.p999 = DelayOf(i);
  }
  return report;
}

CompletenessReport Completeness::LastMinute(Time now) const {
  Counts<uint64_t> sum;
  const int64_t newest = now / kSlot;
  for (const Slot& slot : slots_) {
    if (slot.number < 0 || slot.number > newest || slot.number < newest - kWindow / kSlot) continue;
    for (size_t quality = 0; quality < kQualities; ++quality) {
      for (size_t reason = 0; reason < kReasons; ++reason) {
        sum.ends[quality][reason] += slot.counts.ends[quality][reason];
      }
    }
    for (size_t i = 0; i < kDelays; ++i) sum.delays[i] += slot.counts.delays[i];
  }
  return Report(sum);
}

CompletenessReport Completeness::SinceStart() const { return Report(all_); }

}  // namespace rustnet
