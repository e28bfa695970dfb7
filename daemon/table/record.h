// SPDX-License-Identifier: Apache-2.0
// One connection as the table keeps it: what cannot be derived, and the encoded row.  Texts that a
// client sees are made from it on demand (describe.h), so that an idle row stays small.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/base/time.h"
#include "common/model/convert.h"
#include "common/net/flow/flow.h"
#include "daemon/attribution/attribution.h"
#include "daemon/table/row_log.h"
#include "daemon/table/stitch.h"

namespace rustnet {

// Who owns one end.
struct Party {
  std::shared_ptr<const ProcessInfo> process;
  std::unique_ptr<std::string> thread_name;    // if not the process's own
  std::shared_ptr<const ProcessInfo> creator;  // of the socket, if another
  uint32_t uid = 0;
  bool has_uid = false;
  Quality quality = Quality::kUnspecified;  // kUnspecified: this end has no owner here
  NoOwner reason = NoOwner::kUnspecified;

  std::optional<uint32_t> owner() const { return has_uid ? std::optional(uid) : std::nullopt; }
};

// How the table calls a flow.
inline uint64_t FlowName(const net::FlowView& flow) {
  return uint64_t{flow.worker} << 56 ^ flow.id;
}

// A name that was seen for the remote address, elsewhere than in this flow.
struct SeenName {
  std::string name;
  model::NameSource source = model::NameSource::kUnspecified;
};

struct Record {
  ConnectionId id = 0;  // 0: this place is free
  net::FlowKey key;     // of the flow nearest the socket
  model::Numbers numbers;
  net::TcpMetrics metrics;
  std::unique_ptr<KernelTcp> kernel_tcp;  // of the local end's socket, if known
  uint64_t socket = 0;                    // its cookie; 0: not known
  uint64_t payload_sent = 0;              // as captured
  uint64_t payload_received = 0;
  std::shared_ptr<const net::ApplicationFacts> application;
  Party party;                  // of the local end
  std::unique_ptr<Party> peer;  // of the remote end, if that is local too
  std::unique_ptr<SeenName> seen_name;
  std::unique_ptr<Path> path;  // if several interfaces saw it
  // What former sockets had of the flow's counts; null: nothing.
  std::unique_ptr<std::array<net::DirectionCounters, 2>> former;
  // The facts of the row as class "all" sees them (model::AppendFacts), while its rates are
  // followed; null: to be made.
  std::unique_ptr<char[]> facts;
  uint32_t facts_size = 0;
  uint32_t generation = 0;  // of this place
  Time first = 0;
  Time moved = 0;                        // when its numbers last changed, by the tick's clock
  uint64_t flow = 0;                     // FlowName of the first one
  std::array<uint32_t, 2> span_begin{};  // net::SeenSpan, by the end that sent
  std::array<uint32_t, 2> span_end{};
  RowIndex same_tuple = UINT32_MAX;  // the next row with the tuple of `key`
  uint32_t idle_timeout_seconds = 0;
  std::array<uint16_t, 4> vlans{};
  std::array<net::Carrier, net::kMaxCarriers> carriers{};
  uint32_t carrier_id = 0;  // see net::Packet
  MacAddress remote_mac{};
  uint8_t local = 0;  // index in `key` of the local end
  uint8_t initiator = 0;
  uint8_t span_whole = 0;  // a bit for each end
  uint8_t vlan_count = 0;
  uint8_t icmp_type = 0;
  uint8_t icmp_code = 0;
  uint8_t arp_operation = 0;
  uint8_t igmp_type = 0;
  net::Stage stage = net::Stage::kNone;
  model::Direction direction = model::Direction::kUnspecified;
  model::RttSource rtt_source = model::RttSource::kUnspecified;
  bool local_began = false;
  bool unclear = false;  // another row may turn out to be the same
  bool historic = false;
  bool counted_carried = false;  // carried() when it was published last

  // Its bytes are also those of the carrier's row: sums over all rows leave it out.
  bool carried() const { return carriers.front() != net::Carrier::kNone; }
  uint8_t remote() const { return local ^ 1; }
  bool OwnedBy(uint32_t uid) const {
    return (party.has_uid && party.uid == uid) || (peer && peer->has_uid && peer->uid == uid);
  }
};

}  // namespace rustnet
