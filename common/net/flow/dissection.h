// SPDX-License-Identifier: Apache-2.0
// A flow's way to its application: puts TCP bytes in order, hands them to the Inspection, and turns
// what that learnt into ApplicationFacts.  Exists from the first payload that a dissector may know
// until nothing more is wanted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "common/net/dpi/expectations.h"
#include "common/net/dpi/inspection.h"
#include "common/net/dpi/quic_ids.h"
#include "common/net/flow/flow.h"
#include "common/net/flow/sctp_data.h"
#include "common/net/flow/stream.h"

namespace rustnet::net {

// What all dissections of a table share.
struct DissectionContext {
  InspectionLimits limits;
  InspectionCounters counters;
  StreamBudget budget;
  uint64_t memory_limit = 0;
  uint64_t memory = 0;  // of all dissections, without what streams hold
  Knowledge* knowledge = nullptr;
  Expectations expectations;
  QuicIds quic_ids;
};

class Dissection {
 public:
  // `context` outlives this.  `initiator`: index in `key` of the endpoint that began.
  // `misses`: see Inspection; `expected`: see Inspection::Expect.
  Dissection(const FlowKey& key, uint8_t initiator, DissectionContext* context,
             const Misses& misses, const Dissector* expected);
  ~Dissection();
  Dissection(const Dissection&) = delete;
  Dissection& operator=(const Dissection&) = delete;

  // TCP: the first byte of `direction` has this sequence number.
  void Begin(Direction direction, uint32_t sequence);
  // A packet of the flow, with payload or (TCP) without.
  void Add(const Packet& packet, Direction direction);
  // No more will come: lets the session have what is held behind holes.
  void Flush(Time now);

  // False also if all dissections together need more memory than they may.
  bool wants_more() const { return inspection_.wants_more() && !starved_; }
  bool starved() const { return starved_; }
  // See Inspection::OnSilence.
  void OnSilence(Time now);
  // Whether something was learnt since the last call.
  bool TakeNews();
  // Null if nothing was proved.
  std::shared_ptr<const ApplicationFacts> Facts() const;
  std::span<const Dissector* const> protocols() const { return inspection_.protocols(); }
  const Standing& standing() const { return inspection_.standing(); }

 private:
  class Reader;
  void AddSegment(const Packet& packet, Direction direction);
  void AddChunks(const Packet& packet, Direction direction);
  // Charges what the inspection holds now.
  void Charge();
  Moment MomentOf(Direction direction, Time now) const;

  const FlowKey& key_;
  uint8_t initiator_;
  DissectionContext* context_;
  Inspection inspection_;
  std::array<Stream, 2> stream_;
  std::array<SctpOrder, 2> sctp_;
  size_t charged_ = 0;
  uint32_t revision_ = 0;
  bool starved_ = false;
};

}  // namespace rustnet::net
