// SPDX-License-Identifier: Apache-2.0
// The capture ring of one packet socket (Linux: TPACKET_V3), as batches of frames that stay in it:
// nothing is copied.  A block goes back to the kernel when its last frame has been handed over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "daemon/capture/source.h"
#include "daemon/seal/handles.h"

namespace rustnet {

class Ring {
 public:
  // `handle` outlives this; frames carry `id`.
  Ring(const CaptureHandle& handle, uint8_t id);

  // As FrameSource::Read.
  size_t Read(size_t limit, const FrameSource::Sink& sink);

 private:
  bool OpenBlock();  // false: the kernel has not finished the next one
  void CloseBlock();
  net::Frame NextFrame();

  uint8_t* const ring_;
  const uint32_t block_size_;
  const uint32_t block_count_;
  const uint8_t id_;
  uint32_t block_ = 0;                             // the one being read, or next
  uint32_t frames_left_ = 0;                       // in it; 0: it is the kernel's
  uint8_t* next_ = nullptr;                        // its next frame
  uint16_t hardware_ = 0;                          // ARPHRD_ of the last frame, and
  net::LinkType link_ = net::LinkType::kEthernet;  // how such frames are read
  std::vector<net::Frame> batch_;
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
