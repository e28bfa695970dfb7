// SPDX-License-Identifier: Apache-2.0
// Where frames come from: a live handle, a capture file, a test.  All alike to the pipeline.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/net/packet/packet.h"
#include "daemon/seal/handles.h"

namespace rustnet {

// Per socket: received = processed + kernel_ring_dropped + worker_dropped + malformed + waiting
// (rustnet.v1.PacketLedger).  A source fills what it knows: `received`, `kernel_ring_dropped`,
// `waiting` and the last two.
struct PacketLedger {
  uint64_t received = 0;
  uint64_t processed = 0;
  uint64_t kernel_ring_dropped = 0;
  uint64_t worker_dropped = 0;
  uint64_t malformed = 0;
  uint64_t waiting = 0;            // in the ring, not read yet: 0 once traffic pauses
  uint64_t nic_dropped = 0;        // before the socket: by the card, for want of buffers
  uint64_t interface_dropped = 0;  // before or beside the socket: rx_dropped of the interface
};

enum class SourceState : uint8_t {
  kActive,
  kInterfaceDown,  // switched off; goes on by itself
  kInterfaceGone,  // deleted; goes on if it comes back
  kEnded,
  kFailed,
  kSpare,  // of no interface yet
};

class FrameSource {
 public:
  using Sink = std::function<void(std::span<const net::Frame>)>;
  virtual ~FrameSource() = default;

  // To poll for reading; -1: always ready (files).
  virtual int fd() const = 0;
  // Hands the frames that are there now to `sink`, in batches (they borrow memory that is valid
  // during the call), at most about `limit` frames.  Never blocks.  Returns how many.
  virtual size_t Read(size_t limit, const Sink& sink) = 0;
  virtual SourceState state() const = 0;
  // One sentence if failed or ended early ("… is cut after 12 packets").
  virtual Status status() const = 0;
  virtual std::string name() const = 0;  // interface or file name
  virtual net::LinkType link_type() const = 0;
  virtual PacketLedger ledger() = 0;  // `processed` and `malformed` are filled by the worker
};

}  // namespace rustnet
