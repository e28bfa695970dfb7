// SPDX-License-Identifier: Apache-2.0
// The flows of one worker.  Packets come in batches (the keys of the batch are prefetched), changes
// go out at the tick.
//
// One look-up per packet.  No allocation, lock, log or clock read for a packet of a flow that is
// known and decided. Bounded: when `capacity` flows live, the least recently seen one makes room,
// and is counted.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/net/dpi/inspection.h"
#include "common/net/flow/flow.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

class Expectations;

struct FlowOptions {
  uint32_t capacity = 1'000'000;
  bool dissect = true;
  bool expire = true;  // offline `--flows` keeps every flow until the end of the file
  uint8_t worker = 0;
  uint32_t held_bytes_per_direction = 64 * 1024;  // out-of-order TCP bytes held for a session
  uint64_t held_bytes_total = 64ULL * 1024 * 1024;
  uint64_t dissection_bytes_total = 256ULL * 1024 * 1024;  // beside what is held out of order
  uint64_t hash_seed = 0;  // random in a daemon, so that nobody can choose keys that collide
  InspectionLimits inspection;
  Knowledge* knowledge = nullptr;  // outlives the table; may be null
};

struct FlowCounters {
  uint64_t packets = 0;
  uint64_t flows_created = 0;
  uint64_t flows_evicted = 0;         // for want of room
  uint64_t prefix_bytes_dropped = 0;  // opening bytes and out-of-order bytes that could not be held
  uint64_t facts_dropped = 0;         // of this flow or of others (expectations, connection ids)
  uint64_t secrets_withheld = 0;
  uint64_t dissections_dropped = 0;  // for want of dissection_bytes_total
  uint64_t stream_gaps = 0;          // holes in TCP streams that dissection had to skip
  uint64_t ends_unreported = 0;      // flows that ended while `capacity` others waited to be taken
};

class FlowTable {
 public:
  explicit FlowTable(const FlowOptions& options);
  ~FlowTable();

  // Packets of one worker in capture order.  Their payloads need live only until this returns.
  void Add(std::span<const Packet> batch);

  // Advances capture time without a packet: expiry, UDP ageing, rates that fall to zero.
  void Advance(Time now);

  // Appends the flows that changed since the last call, each once, as they are at `now`, and the
  // ended ones (with `ended` set, after which the table has forgotten them).
  void TakeChanges(Time now, std::vector<FlowView>* out);

  // Lets dissection have what it still holds behind holes, for no more packets will come: call it
  // at the end of a file, before ForEach.
  void Finish();

  // Every flow as it is, in order of creation, and the ended ones that were not taken: offline
  // output.
  void ForEach(Time now, void (*visit)(const FlowView&, void* context), void* context) const;

  // Forgets all flows (ResetStatistics).
  void Clear();

  // What flows said of others, to be told to the tables of other workers and learnt from them.
  Expectations* expectations();

  size_t size() const;
  const FlowCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rustnet::net
