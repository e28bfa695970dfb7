// SPDX-License-Identifier: Apache-2.0
// One direction of a TCP connection as its reader sees it: bytes in order, each once, holes
// announced.
//
// What comes before its turn is held, within the limits of StreamBudget; where two segments
// disagree, the first one seen wins.  A hole is waited for until the receiver is known to have had
// its bytes (then they passed us unseen), or no acknowledgement is ever seen and two seconds pass,
// or the limits are reached.
#pragma once

#include <cstdint>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/time.h"

namespace rustnet::net {

// What all streams of a table hold together.  Each held piece is charged for its bookkeeping too.
struct StreamBudget {
  uint32_t per_direction = 0;
  uint64_t total = 0;
  uint64_t held = 0;
  uint64_t gaps = 0;  // holes announced
};

class StreamReader {
 public:
  virtual ~StreamReader() = default;
  virtual void OnData(Bytes bytes) = 0;
  virtual void OnGap(uint64_t lost) = 0;
  virtual bool wants_more() const = 0;
};

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // The next byte has this sequence number (RFC 9293 section 3.4).
  void Begin(uint32_t sequence);
  bool begun() const { return next_ != 0; }

  // A segment of `length` bytes, of which only `captured` are known (the rest was cut off).
  void Add(uint32_t sequence, Bytes captured, uint32_t length, Time now, StreamBudget* budget,
           StreamReader* reader);

  // The receiver acknowledged everything before `sequence`.
  void OnAck(uint32_t sequence);

  // Another packet of the connection passed: gives up a hole that will not be filled.
  void Review(Time now, StreamBudget* budget, StreamReader* reader);

  // Gives up all holes.
  void Flush(StreamBudget* budget, StreamReader* reader);

  // Gives back what is held, unread.
  void Drop(StreamBudget* budget);

  bool waiting() const { return !held_.empty(); }

 private:
  struct Piece {
    uint64_t offset;
    uint32_t length;
    std::vector<uint8_t> bytes;  // at most `length`
    uint64_t end() const { return offset + length; }
  };

  uint64_t Offset(uint32_t sequence) const;
  void Read(Bytes captured, uint64_t length, StreamBudget* budget, StreamReader* reader);
  void ReadHeld(StreamBudget* budget, StreamReader* reader);
  void SkipHole(StreamBudget* budget, StreamReader* reader);
  // `captured` begins at `offset`, beyond a hole.
  void Hold(uint64_t offset, Bytes captured, uint64_t end, StreamBudget* budget);
  void HoldPiece(size_t at, uint64_t offset, Bytes captured, uint64_t end, StreamBudget* budget);

  // Sequence numbers in 64 bits, the lower 32 as on the wire; 0: not begun.
  uint64_t next_ = 0;
  uint64_t acked_ = 0;       // 0: no ACK was seen
  std::vector<Piece> held_;  // by offset, not overlapping, all beyond next_
  Time hole_since_ = 0;
  uint32_t charged_ = 0;  // to the budget
  uint8_t patience_ = 0;  // packets since the hole was acknowledged
};

}  // namespace rustnet::net
