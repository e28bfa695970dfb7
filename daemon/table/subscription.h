// SPDX-License-Identifier: Apache-2.0
// One client's walk through a view.  It is a number and a reference: a slow client keeps its place,
// and walks a longer piece when it is ready (docs/stream.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "daemon/table/delta.h"
#include "daemon/table/row_log.h"

namespace rustnet {

class ConnectionTable;
struct AccessClass;
struct View;

// Same numbers as rustnet.v1.Hello.Start.
enum class StartReason : uint8_t {
  kResumed = 1,
  kSnapshot = 2,
  kEpochChanged = 3,
  kViewChanged = 4,
  kBaseGone = 5,
  kBaseUnknown = 6,
};

// The last state that a client holds whole.
struct ResumePoint {
  uint64_t epoch = 0;
  uint64_t view = 0;
  Revision revision = 0;
};

struct Greeting {
  uint64_t epoch = 0;
  uint64_t view = 0;
  Revision revision = 0;  // present
  StartReason start = StartReason::kSnapshot;
};

// What a stream sends next.
struct Step {
  enum class Kind : uint8_t { kNothing, kDelta, kRestart };
  Kind kind = Kind::kNothing;
  std::shared_ptr<const EncodedDelta> delta;
  bool snapshot_done = false;  // kDelta: the first whole state of a walk from 0
  uint64_t missed = 0;         // kDelta: rows that came and went since the last whole state
  Greeting greeting;           // kRestart: to be said again
};

class Subscription {
 public:
  ~Subscription();
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  // Where the walk begins; call once, first.
  Greeting Begin(const std::optional<ResumePoint>& resume);
  // The next piece from where the last one ended.  kNothing: the client has everything.
  Step Next();
  // The present of the view.
  Revision revision() const;

 private:
  friend class ConnectionTable;
  Subscription(ConnectionTable* table, AccessClass* access, View* view);
  Greeting Present(StartReason start) const;
  void StartOver();

  ConnectionTable* table_;
  AccessClass* access_;
  View* view_;
  uint64_t epoch_ = 0;
  Revision position_ = 0;
  Revision origin_ = 0;     // the present when this walk began: what went before was never sent
  Revision whole_ = 0;      // the whole state where this walk began
  bool was_whole_ = false;  // the client holds a whole state of this walk
  bool from_zero_ = true;   // SnapshotDone is still to be said
  Summary summary_;         // last one said
};

}  // namespace rustnet
