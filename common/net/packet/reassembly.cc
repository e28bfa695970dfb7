// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/reassembly.h"

#include <algorithm>
#include <cstring>

namespace rustnet::net {

Reassembly::Reassembly()
    : progress_(std::make_unique_for_overwrite<Progress[]>(kSlots)),
      bytes_(std::make_unique_for_overwrite<uint8_t[]>(size_t{kSlots} * kRoom)) {}

uint8_t Reassembly::Take(uint64_t frame, uint32_t owner) {
  for (uint8_t number = 0; number < kSlots; ++number) {
    Slot& slot = slots_[number];
    if (slot.used && !(slot.lent && frame > slot.frame)) continue;
    slot = {.owner = owner, .frame = frame, .used = true, .lent = false};
    progress_[number] = {};
    return number;
  }
  return kNone;
}

Reassembly::Result Reassembly::Add(uint8_t number, uint32_t offset, bool last, Bytes bytes) {
  Progress& progress = progress_[number];
  const auto size = static_cast<uint32_t>(bytes.size());
  const uint32_t end = offset + size;
  if (size == 0 || end > kLongest || (!last && size % kBlock != 0)) return Result::kRefused;
  if (progress.total != 0 && (end > progress.total || (last && end != progress.total))) {
    return Result::kRefused;
  }
  uint32_t there = 0;
  const uint32_t begin_block = offset / kBlock;
  const uint32_t end_block = (end + kBlock - 1) / kBlock;
  for (uint32_t block = begin_block; block < end_block; ++block) {
    there += (progress.blocks[block / 64] >> (block % 64) & 1) != 0 ? 1 : 0;
  }
  uint8_t* const place = Place(number) + offset;
  if (there != 0) {
    const bool again =
        there == end_block - begin_block && std::memcmp(place, bytes.data(), size) == 0;
    return again ? Result::kMore : Result::kRefused;
  }
  for (uint32_t block = begin_block; block < end_block; ++block) {
    progress.blocks[block / 64] |= uint64_t{1} << (block % 64);
  }
  std::copy(bytes.begin(), bytes.end(), place);
  progress.filled += size;
  if (last) progress.total = end;
  if (progress.total == 0 || progress.filled < progress.total) return Result::kMore;
  // A piece behind the last one's end has no place in the datagram.
  return progress.filled == progress.total ? Result::kWhole : Result::kRefused;
}

Bytes Reassembly::Whole(uint8_t number) const { return {Place(number), progress_[number].total}; }

}  // namespace rustnet::net
