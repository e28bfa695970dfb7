// SPDX-License-Identifier: Apache-2.0
// The dissection of one flow, from its first payload byte until nothing more is wanted.
//
// Undecided: while a dissector answers kNeedMore, the opening bytes of that direction are held
// (bounded). Decided: held bytes and then all others go to the session, until it is done.  What no
// dissector knows is forgotten, and the next segment is looked at afresh (captures begin anywhere),
// a bounded number of times.
// Mistaken: what a client said proves nothing if its server's answer proves another protocol, or is
// none of the protocol's by the session's word; then name and facts are withdrawn, for good.
// After that the flow costs nothing more: the owner asks wants_more() and stops calling.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/facts.h"
#include "common/net/dpi/row_set.h"

namespace rustnet::net {

struct InspectionLimits {
  FactLimits facts = {};
  uint32_t opening_bytes = 4096;  // held per direction while undecided
  uint32_t opening_packets = 8;   // that nobody knew, per direction: then the flow is hopeless
};

struct InspectionCounters {
  uint64_t opening_bytes_dropped = 0;  // more than opening_bytes, still undecided
  uint64_t facts_dropped = 0;          // values beyond FactLimits, and texts cut by a dissector
  uint64_t secrets_withheld = 0;
  uint64_t hopeless = 0;  // flows given up undecided
};

// Openings of a flow that nobody knew, by Direction.
using Misses = std::array<uint32_t, 2>;

// Whether a dissector knows what begins like `opening`, or would with more of it.  Before there is
// an Inspection: most flows that nobody knows never need one.  Ports as there.
bool AnybodyKnows(Protocol transport, uint16_t client_port, uint16_t server_port, Bytes opening);

// After these nobody will be asked again.
bool Hopeless(const Misses& misses, const InspectionLimits& limits);

class Inspection {
 public:
  // `limits` and `counters` outlive this.  `transport`: kTcp or kUdp.  Ports: of the endpoint that
  // began the flow, and of the other.  `misses`: before now.
  Inspection(Protocol transport, uint16_t client_port, uint16_t server_port,
             const InspectionLimits* limits, InspectionCounters* counters,
             const Misses& misses = {});
  ~Inspection();

  // Another flow said that this one would speak it (expectations.h): asked first, once; what has no
  // probe is believed if the opening is nobody else's.  Null: none.
  void Expect(const Dissector* row) { expected_ = row; }

  // As Session::OnData; for TCP the caller delivers in order and tells of holes.
  void OnData(Direction direction, Bytes bytes, const Moment& moment);
  void OnGap(Direction direction, uint64_t lost);

  bool wants_more() const { return !finished_; }
  // The flow has been silent for long: if nobody knew what it said, it is hopeless.
  void OnSilence();
  // The applications that were proved, in order: {"smtp", "tls"}.
  std::span<const Dissector* const> protocols() const {
    return std::span(protocols_).first(protocol_count_);
  }
  Evidence evidence() const { return evidence_; }
  const Facts& facts() const { return facts_; }
  // Of the session, or of the last.
  const Standing& standing() const { return standing_; }
  // Grows whenever protocols(), evidence(), facts() or standing() change.
  uint32_t revision() const { return facts_.revision() + changes_; }
  // Bytes of memory held, for the table's budget.
  size_t memory() const;

 private:
  // Beyond these a flow is a jumble.
  static constexpr size_t kMostProtocols = 6;
  struct Side {
    std::vector<uint8_t> held;  // TCP only: the opening, while somebody needs more
    RowSet alive;               // rows that have not yet refused the opening; none: none begun
    uint32_t misses = 0;        // openings that nobody knew
  };
  // What is to be withdrawn if the session turns out to be mistaken.
  struct Claim {
    const Dissector* row = nullptr;
    size_t facts = 0;      // that were there before
    bool named = false;    // the flow is named so; before that nothing is to be withdrawn but facts
    size_t names = 0;      // of protocols_, the last: that were not there before
    bool by_port = false;  // the flow's port speaks for it too
    bool late = false;     // see Moment
    bool by_client = false;
    bool answered = false;  // the server has spoken since
  };
  Side& side(Direction d) { return sides_[static_cast<size_t>(d)]; }

  void Feed(Direction direction, Bytes bytes, const Moment& moment);
  // Looks at the opening of `direction`, which `bytes` continue, and begins a session if it can.
  void Look(Direction direction, Bytes bytes, const Moment& moment);
  const Dissector* Probe(Side* side, Bytes opening) const;  // null: nobody, or not yet
  const Dissector* TakeExpected(Bytes opening);
  // Starts the application's session, and names it if that is proved; false if there is none.
  bool Begin(const Dissector& dissector);
  // Names what is claimed; false if there is no room for another name.
  bool Name();
  // Names what the session found inside, if there is room.
  void NameInner();
  bool IsNamed(std::string_view name) const;
  void AddName(const Dissector* row);
  // Hears how the conversation stands, once it is named.
  void Hear();
  // The first answer to a client's claim proves another protocol.
  bool Contradicts(Direction direction, Bytes bytes);
  void Withdraw();
  void After(Progress progress, Direction direction, const Moment& moment);
  void Miss(Side* side);
  void Finish();

  const InspectionLimits* limits_;
  InspectionCounters* counters_;
  const Dissector* expected_ = nullptr;
  std::unique_ptr<Session> session_;
  std::array<const Dissector*, kMostProtocols> protocols_{};
  Facts facts_;
  std::array<Side, 2> sides_;
  Claim claim_;      // of the session
  RowSet by_port_;   // rows that are tried first
  RowSet mistaken_;  // rows that were withdrawn
  Standing standing_;
  uint32_t changes_ = 0;  // of protocols_, evidence_ and standing_
  Protocol transport_;
  Evidence evidence_ = Evidence::kNone;
  uint8_t protocol_count_ = 0;
  uint8_t hops_ = 0;  // sessions started by the OnData under way
  bool finished_ = false;
};

// Every dissector, in the order in which it is tried.
std::span<const Dissector> Registry();

// The row of that name; null if there is none.
const Dissector* FindDissector(std::string_view name);
// The row of that name that is begun by an expectation alone: it has no ports.
const Dissector* FindExpected(std::string_view name);

}  // namespace rustnet::net
