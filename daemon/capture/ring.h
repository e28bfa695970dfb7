// SPDX-License-Identifier: Apache-2.0
// The capture ring of one packet socket (Linux: TPACKET_V3), as batches of frames that stay in it:
// nothing is copied.  A block goes back to the kernel when its last frame has been handed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "daemon/capture/source.h"
#include "daemon/seal/handles.h"

namespace rustnet {

class Ring {
 public:
  // `handle` outlives this; frames carry `id`.
  Ring(const CaptureHandle& handle, uint8_t id);
  ~Ring();

  // As FrameSource::Read.
  size_t Read(size_t limit, const FrameSource::Sink& sink);

 private:
  class Blocks;
  std::unique_ptr<Blocks> blocks_;
};

// The socket's counters since the last call (PACKET_STATISTICS): frames that passed the filter,
// and, of these, frames for which the ring had no room.
struct RingCounts {
  uint64_t received = 0;
  uint64_t dropped = 0;
};
RingCounts TakeRingCounts(int fd);

// Reads a pending error (an interface that went down or away) so that poll waits again.
void ClearSocketError(int fd);

// Index of the interface to which the socket is bound; 0: none, or it was deleted.
uint32_t BoundInterface(int fd);

}  // namespace rustnet
