// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/framer.h"

#include <algorithm>

namespace rustnet::net {

bool Framer::Next(Bytes* bytes, Bytes* frame) {
  if (taken_) {
    held_.clear();
    taken_ = false;
  }
  const size_t skipped = std::min(skip_, bytes->size());
  *bytes = bytes->subspan(skipped);
  skip_ -= skipped;
  if (bytes->empty() || broken_) return false;

  if (held_.empty()) {
    const size_t size = frame_size_(*bytes);
    broken_ = size == 0;
    if (broken_) return false;
    if (size <= bytes->size()) {  // whole in this piece: nothing is copied
      *frame = bytes->first(std::min(size, most_));
      *bytes = bytes->subspan(size);
      return true;
    }
  }
  if (!Hold(bytes)) return false;
  *frame = held_;
  taken_ = true;
  return true;
}

// True when as much of a frame is held as is wanted.
bool Framer::Hold(Bytes* bytes) {
  size_t size = held_.empty() ? kFrameSizeUnknown : frame_size_(held_);
  while (size == kFrameSizeUnknown && !bytes->empty()) {
    held_.push_back(bytes->front());
    *bytes = bytes->subspan(1);
    size = frame_size_(held_);
  }
  broken_ = size == 0;
  if (broken_ || size == kFrameSizeUnknown) return false;
  const size_t wanted = std::min(size, std::max(most_, held_.size()));
  const Bytes piece = bytes->first(std::min(wanted - held_.size(), bytes->size()));
  held_.insert(held_.end(), piece.begin(), piece.end());
  *bytes = bytes->subspan(piece.size());
  if (held_.size() < wanted) return false;
  skip_ = size - wanted;
  return true;
}

void Framer::Reset() {
  held_ = {};
  skip_ = 0;
  taken_ = broken_ = false;
}

bool Framer::Skip(uint64_t lost) {
  if (lost > skip_) return false;
  skip_ -= static_cast<size_t>(lost);
  return true;
}

}  // namespace rustnet::net
