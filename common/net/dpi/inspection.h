// SPDX-License-Identifier: Apache-2.0
// The dissection of one flow, from its first payload byte until nothing more is wanted.
//
// Undecided: the opening bytes of each direction are held (bounded) and every dissector that can
// match is probed. Decided: held bytes and then all others go to the session, until it is done.
// After that the flow costs nothing more: the owner asks wants_more() and stops calling.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

struct InspectionLimits {
  FactLimits facts;
  uint32_t opening_bytes = 4096;  // held per direction while undecided
  uint32_t opening_packets = 8;   // with payload, per direction: then the flow is hopeless
};

struct InspectionCounters {
  uint64_t opening_bytes_dropped = 0;
  uint64_t facts_dropped = 0;
};

class Inspection {
 public:
  // `limits` and `counters` outlive this.  Ports: of the endpoint that began the flow, and of the
  // other.
  Inspection(Protocol transport, uint16_t client_port, uint16_t server_port,
             const InspectionLimits* limits, InspectionCounters* counters);
  ~Inspection();

  // As Session::OnData; for TCP the caller delivers in order and tells of holes.
  void OnData(Direction direction, Bytes bytes, const Moment& moment);
  void OnGap(Direction direction, uint64_t lost);

  bool wants_more() const { return !finished_; }
  // The applications that were proved, in order: {"smtp", "tls"}.
  std::span<const Dissector* const> protocols() const { return protocols_; }
  Evidence evidence() const { return evidence_; }
  const Facts& facts() const { return facts_; }
  // Grows whenever protocols() or facts() change.
  uint32_t revision() const { return facts_.revision() + static_cast<uint32_t>(protocols_.size()); }
  // Bytes of memory held, for the table's budget.
  size_t memory() const;

 private:
  struct Opening {
    std::vector<uint8_t> bytes;  // TCP: one run; UDP: datagrams, cut by `ends`
    std::vector<uint32_t> ends;
    uint32_t packets = 0;
  };
  void Probe(Direction direction, const Moment& moment);
  void Deliver(Direction direction, Bytes bytes, const Moment& moment);

  Protocol transport_;
  uint16_t client_port_;
  uint16_t server_port_;
  const InspectionLimits* limits_;
  InspectionCounters* counters_;
  Facts facts_;
  std::vector<const Dissector*> protocols_;
  std::unique_ptr<Session> session_;
  std::array<std::unique_ptr<Opening>, 2> opening_;
  Evidence evidence_ = Evidence::kNone;
  bool finished_ = false;
};

// Every dissector, in the order in which it is tried.
std::span<const Dissector> Registry();

}  // namespace rustnet::net
