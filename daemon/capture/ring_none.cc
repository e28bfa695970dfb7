// SPDX-License-Identifier: Apache-2.0
// Where there is no ring: nothing is ever in it.
#include "daemon/capture/ring.h"

namespace rustnet {

Ring::Ring(const CaptureHandle& handle, uint8_t id)
    : ring_(handle.ring), block_size_(0), block_count_(0), id_(id) {}
bool Ring::OpenBlock() { return false; }
void Ring::CloseBlock() {}
net::Frame Ring::NextFrame() { return {}; }
size_t Ring::Read(size_t, const FrameSource::Sink&) { return 0; }

RingCounts TakeRingCounts(int) { return {}; }
void ClearSocketError(int) {}
uint32_t BoundInterface(int) { return 0; }

}  // namespace rustnet
