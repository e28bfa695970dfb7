// SPDX-License-Identifier: Apache-2.0
// What the flow table tells the outside of a flow: values only, so that it can cross to another
// thread at the tick.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/net/dpi/dissector.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

// RFC 9293 section 3.3.2, as seen from the wire, for the conversation as a whole and with the words
// of a netstat at the endpoint that is `local` (daemon/table turns them if the peer began). kReset:
// ended by RST.
enum class TcpState : uint8_t {
  kNone,
  kSynSent,
  kSynReceived,
  kEstablished,
  kFinWait1,
  kFinWait2,
  kCloseWait,
  kClosing,
  kLastAck,
  kTimeWait,
  kClosed,
  kReset,
};

// Which TCP flags passed since the ports were used last; what EndState goes by.
struct TcpSeen {
  bool syn = false;  // without ACK
  bool synack = false;
  bool rst = false;
  std::array<bool, 2> fin{};  // by Direction
  std::array<bool, 2> ack{};  // by Direction; ACK without SYN

  friend bool operator==(const TcpSeen&, const TcpSeen&) = default;
};

// How far the connection got, in one word for output: "syn_sent", "syn_recv", "established",
// "half_closed" (one side sent FIN), "closed" (both did) or "reset".
std::string_view EndState(const TcpSeen& seen);

// Since the last packet: at most 30 s, at most 60 s, longer.
enum class UdpState : uint8_t { kActive, kIdle, kStale };

struct DirectionCounters {  // index: Direction
  uint64_t packets = 0;
  uint64_t bytes = 0;  // frame bytes
  uint64_t ip_bytes = 0;
  uint64_t payload_bytes = 0;

  friend DirectionCounters operator-(const DirectionCounters& a, const DirectionCounters& b) {
    return {a.packets - b.packets, a.bytes - b.bytes, a.ip_bytes - b.ip_bytes,
            a.payload_bytes - b.payload_bytes};
  }
};

// Counts of both directions together, by the definitions of tshark's tcp.analysis (tcp_analysis.h).
struct TcpMetrics {
  uint32_t handshake_rtt_us = 0;  // SYN to SYN-ACK to ACK; 0: not seen
  uint32_t smoothed_rtt_us = 0;   // passive, RFC 6298 weights; 0: none
  uint32_t retransmissions = 0;   // of any kind, the fast ones too
  uint32_t out_of_order = 0;
  uint32_t duplicate_acks = 0;
  uint32_t fast_retransmissions = 0;
  uint32_t gaps = 0;          // holes in what was captured
  uint32_t window_bytes = 0;  // last one advertised by the responder, scaled
};

// What dissection found, shared and immutable; made anew when it changed.
struct ApplicationFacts {
  std::vector<const Dissector*> protocols;
  Evidence evidence = Evidence::kNone;
  struct Value {
    const Field* field;
    std::string_view text;  // in `texts`, or of static storage
  };
  std::vector<Value> values;
  std::unique_ptr<char[]> texts;  // of all values, in one piece

  // Appends copies; REQUIRES: no values yet.
  void SetValues(std::span<const Fact> facts);
};

// Which part of one direction a handle saw.  Two handles that saw the same packets tell the same.
struct SeenSpan {
  // TCP: sequence numbers, of the first and behind the last.  Else `begin` is a hash of the first
  // packet, 0 if there was none, and `end` is 0.
  uint32_t begin = 0;
  uint32_t end = 0;
  bool whole = false;  // TCP: `begin` is that of the SYN

  friend bool operator==(const SeenSpan&, const SeenSpan&) = default;
};

struct FlowView {
  uint64_t id = 0;  // never used twice by one table
  FlowKey key;
  uint8_t initiator = 0;  // index in `key` of the endpoint that began the flow
  uint8_t worker = 0;
  bool ended = false;        // closed, reset or timed out: the last view of this flow
  bool local_began = false;  // its first packet was outgoing
  TcpState tcp = TcpState::kNone;
  TcpState tcp_peer = TcpState::kNone;  // the state of the endpoint that did not begin the flow
  TcpSeen seen;
  UdpState udp = UdpState::kActive;
  Stage stage = Stage::kNone;                 // of the application
  std::array<DirectionCounters, 2> counters;  // by Direction
  std::array<uint64_t, 2> rate{};             // frame bytes of the last second, by Direction
  std::array<SeenSpan, 2> span;               // by Direction
  TcpMetrics metrics;
  uint32_t application_rtt_us = 0;  // last request to answer (request_times.h); 0: none
  Time first = 0;
  Time last = 0;
  uint32_t idle_timeout_seconds = 0;
  std::array<uint16_t, 4> vlans{};
  uint8_t vlan_count = 0;
  uint8_t depth = 0;
  std::array<Carrier, kMaxCarriers> carriers{};  // outermost first; `depth` of them
  uint32_t carrier_id = 0;                       // see Packet
  uint8_t icmp_type = 0;                         // last seen
  uint8_t icmp_code = 0;
  uint8_t arp_operation = 0;
  uint8_t igmp_type = 0;
  std::array<MacAddress, 2> mac{};                      // by Direction: of the sender that way
  std::shared_ptr<const ApplicationFacts> application;  // null: nothing proved

  IpAddress ip(Direction from) const { return key.ip(initiator ^ static_cast<uint8_t>(from)); }
  uint16_t port(Direction from) const { return key.port[initiator ^ static_cast<uint8_t>(from)]; }
};

}  // namespace rustnet::net
