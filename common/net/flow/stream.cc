// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/stream.h"

#include <algorithm>
#include <iterator>

namespace rustnet::net {
namespace {

// What a held piece costs beside its bytes.
constexpr uint32_t kPieceCost = 64;
// Packets that a capture point may see in another order than they passed.
constexpr uint8_t kReordering = 3;
constexpr Duration kLongestWait = 2 * kSecond;

Bytes Part(Bytes bytes, uint64_t skip, uint64_t length) {
  if (skip >= bytes.size()) return {};
  return bytes.subspan(skip, std::min<uint64_t>(length, bytes.size() - skip));
}

}  // namespace

void Stream::Begin(uint32_t sequence) { next_ = uint64_t{1} << 32 | sequence; }

uint64_t Stream::Offset(uint32_t sequence) const {
  const auto distance = static_cast<int32_t>(sequence - static_cast<uint32_t>(next_));
  return next_ + static_cast<uint64_t>(int64_t{distance});
}

void Stream::Read(Bytes captured, uint64_t length, StreamBudget* budget, StreamReader* reader) {
  next_ += length;
  if (!captured.empty() && reader->wants_more()) reader->OnData(captured);
  if (captured.size() < length && reader->wants_more()) {
    ++budget->gaps;
    reader->OnGap(length - captured.size());
  }
}

void Stream::ReadHeld(StreamBudget* budget, StreamReader* reader) {
  size_t read = 0;
  for (; read < held_.size() && held_[read].offset == next_; ++read) {
    const Piece& piece = held_[read];
    const uint32_t cost = static_cast<uint32_t>(piece.bytes.size()) + kPieceCost;
    charged_ -= cost;
    budget->held -= cost;
    Read(piece.bytes, piece.length, budget, reader);
  }
  if (read == 0) return;
  held_.erase(held_.begin(), held_.begin() + static_cast<ptrdiff_t>(read));
  if (held_.empty()) std::vector<Piece>().swap(held_);
  patience_ = 0;
}

void Stream::SkipHole(StreamBudget* budget, StreamReader* reader) {
  const uint64_t lost = held_.front().offset - next_;
  next_ = held_.front().offset;
  ++budget->gaps;
  if (reader->wants_more()) reader->OnGap(lost);
  ReadHeld(budget, reader);
}

void Stream::HoldPiece(size_t at, uint64_t offset, Bytes captured, uint64_t end,
                       StreamBudget* budget) {
  const uint32_t cost = static_cast<uint32_t>(captured.size()) + kPieceCost;
  charged_ += cost;
  budget->held += cost;
  held_.insert(held_.begin() + static_cast<ptrdiff_t>(at),
               Piece{offset, static_cast<uint32_t>(end - offset),
                     std::vector<uint8_t>(captured.begin(), captured.end())});
}

void Stream::Hold(uint64_t offset, Bytes captured, uint64_t end, StreamBudget* budget) {
  const uint64_t start = offset;
  // The first piece that could overlap: pieces are sorted and do not overlap.
  size_t at = static_cast<size_t>(
      std::partition_point(held_.begin(), held_.end(),
                           [start](const Piece& piece) { return piece.end() <= start; }) -
      held_.begin());
  while (offset < end) {
    const uint64_t limit = at < held_.size() ? std::min(end, held_[at].offset) : end;
    if (offset < limit) {
      HoldPiece(at, offset, Part(captured, offset - start, limit - offset), limit, budget);
      ++at;
    }
    if (at >= held_.size()) return;
    offset = std::max(limit, held_[at].end());
    ++at;
  }
}

void Stream::Add(uint32_t sequence, Bytes captured, uint32_t length, Time now, StreamBudget* budget,
                 StreamReader* reader) {
  captured = captured.first(std::min<size_t>(captured.size(), length));
  uint64_t offset = Offset(sequence);
  const uint64_t end = offset + length;
  while (offset < end) {
    if (end <= next_) return;
    if (offset < next_) {
      captured = Part(captured, next_ - offset, length);
      offset = next_;
    }
    if (offset > next_) break;
    const uint64_t limit = held_.empty() ? end : std::min(end, held_.front().offset);
    const Bytes part = Part(captured, 0, limit - offset);
    captured = Part(captured, limit - offset, length);
    offset = limit;
    Read(part, limit - next_, budget, reader);
    ReadHeld(budget, reader);
  }
  if (offset >= end || !reader->wants_more()) return;
  if (held_.empty()) {
    hole_since_ = now;
    patience_ = 0;
  }
  Hold(offset, captured, end, budget);
  while (!held_.empty() && (charged_ > budget->per_direction || budget->held > budget->total)) {
    SkipHole(budget, reader);
  }
}

void Stream::OnAck(uint32_t sequence) {
  if (!begun()) return;
  acked_ = std::max(acked_, Offset(sequence));
}

void Stream::Review(Time now, StreamBudget* budget, StreamReader* reader) {
  if (held_.empty()) return;
  const bool acked = acked_ >= held_.front().offset;
  if (acked && patience_ < kReordering) {
    ++patience_;
    return;
  }
  if (acked || (acked_ == 0 && now - hole_since_ > kLongestWait)) {
    SkipHole(budget, reader);
    hole_since_ = now;
  }
}

void Stream::Flush(StreamBudget* budget, StreamReader* reader) {
  while (!held_.empty()) SkipHole(budget, reader);
}

void Stream::Drop(StreamBudget* budget) {
  budget->held -= charged_;
  charged_ = 0;
  std::vector<Piece>().swap(held_);
}

}  // namespace rustnet::net
