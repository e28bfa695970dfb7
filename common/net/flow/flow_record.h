// SPDX-License-Identifier: Apache-2.0
// One flow as the table keeps it: 320 bytes, five cache lines.
//
// A packet touches the first two lines and the third, a TCP packet the fourth also.
// What only some flows need for some time (dissection, rates) lives elsewhere while it is needed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <variant>

#include "common/net/flow/dissection.h"
#include "common/net/flow/flow.h"
#include "common/net/flow/pool.h"
#include "common/net/flow/request_times.h"
#include "common/net/flow/tcp_analysis.h"
#include "common/net/flow/tcp_state.h"
#include "common/net/flow/timeouts.h"

namespace rustnet::net {

// A place in a doubly linked list of flows.
struct Links {
  uint32_t previous = kNoNumber;
  uint32_t next = kNoNumber;
};

// What payload told, and what still reads it.
struct Learnt {
  std::shared_ptr<const ApplicationFacts> facts;
  std::unique_ptr<Dissection> dissection;
  uint16_t idle_seconds = 0;  // see IdleSeconds
};

// Of flows without TCP.
struct Datagrams {
  RequestTimes requests;
  uint32_t application_rtt_us = 0;
  std::array<uint32_t, 2> mark{};  // of the first packet, by Direction; 0: none yet
  uint8_t icmp_type = 0;
  uint8_t icmp_code = 0;
  uint8_t arp_operation = 0;
  uint8_t igmp_type = 0;
};

struct alignas(64) Flow {
  FlowKey key;
  Time last = 0;
  uint32_t touched = 0;            // tick of the last packet
  TcpState tcp = TcpState::kNone;  // of the initiator
  TcpState tcp_peer = TcpState::kNone;
  TcpFlagsSeen seen;
  uint8_t initiator : 1 = 0;
  bool local_began : 1 = false;
  bool changed : 1 = false;  // in the list of changes
  bool ended : 1 = false;
  bool decided : 1 = false;  // payload is of no more interest
  bool news : 1 = false;     // the dissection knows more than `learnt->facts`

  std::array<DirectionCounters, 2> counters;

  std::variant<Datagrams, TcpAnalysis> state;  // by key.protocol
  uint32_t rate = kNoNumber;
  std::unique_ptr<Learnt> learnt;

  // From here on a packet of a decided flow changes nothing.
  uint32_t due = 0;  // second at which the timer is looked at
  uint16_t timeout_seconds = 0;
  Patience patience = Patience::kPlain;
  uint8_t depth = 0;
  Links timer;
  Links change;
  uint32_t carrier_id = 0;
  uint8_t vlan_count = 0;
  std::array<uint8_t, 2> misses{};  // before there was a dissection
  Stage stage = Stage::kNone;
  uint64_t id = 0;  // 0: not in use
  Time first = 0;
  std::array<uint16_t, 4> vlans{};
  std::array<Carrier, kMaxCarriers> carriers{};
  std::array<MacAddress, 2> mac{};

  bool is_tcp() const { return key.protocol == Protocol::kTcp; }
  // REQUIRES: the one that `key.protocol` asks for.
  TcpAnalysis& analysis() { return *std::get_if<TcpAnalysis>(&state); }
  const TcpAnalysis& analysis() const { return *std::get_if<TcpAnalysis>(&state); }
  Datagrams& datagrams() { return *std::get_if<Datagrams>(&state); }
  const Datagrams& datagrams() const { return *std::get_if<Datagrams>(&state); }
};
static_assert(sizeof(Flow) == 320);

// One member of each of its lines.
inline void PrefetchFlow(const Flow& flow) {
  __builtin_prefetch(&flow.key, 1);
  __builtin_prefetch(&flow.counters, 1);
  __builtin_prefetch(&flow.state, 1);
  __builtin_prefetch(&flow.rate, 1);
  __builtin_prefetch(&flow.first, 1);
}

}  // namespace rustnet::net
