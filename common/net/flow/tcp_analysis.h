// SPDX-License-Identifier: Apache-2.0
// Loss, reordering and round trips of one TCP connection, from its headers alone.
//
// What counts as a retransmission, as out of order, as a duplicate ACK, as a lost segment or as a
// keep-alive is decided as tshark's tcp.analysis fields are documented (Wireshark User's Guide
// 7.5, "TCP Analysis", 4.0), so that the two can be compared packet by packet.  Times are
// microseconds that may wrap after 71 minutes: only differences of live exchanges are taken.
#pragma once

#include <array>
#include <cstdint>

#include "common/net/flow/flow.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

// RFC 9293 section 3.4: sequence numbers are compared modulo 2^32.
constexpr bool SeqBefore(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) < 0; }
constexpr bool SeqAtMost(uint32_t a, uint32_t b) { return static_cast<int32_t>(a - b) <= 0; }

struct TcpSide {           // what one endpoint sent
  uint32_t first = 0;      // its initial sequence number, if `syn`
  uint32_t next = 0;       // behind the highest sequence number sent, if `began`
  uint32_t next_us = 0;    // when that was sent
  uint32_t ack = 0;        // its last acknowledgement, if `acked`
  uint32_t ack_us = 0;     // its last packet
  uint32_t probe = 0;      // if `probing`: an ACK of this is the answer to
  uint32_t probe_us = 0;   // what was sent then
  uint32_t rtt_us = 0;     // smoothed; from here to the other endpoint and back
  uint16_t window = 0;     // as sent
  int8_t scale = -1;       // RFC 7323; -1: none offered
  uint8_t duplicates = 0;  // of the last ACK
  bool began : 1 = false;
  bool syn : 1 = false;
  bool fin : 1 = false;
  bool acked : 1 = false;
  bool probing : 1 = false;
  bool kept_alive : 1 = false;     // its last packet was a keep-alive
  bool probed_window : 1 = false;  // its last packet was a zero window probe
  bool local : 1 = false;          // it sent an outgoing packet: it is on this host
  bool plain : 1 = false;          // its last window stood in a packet without SYN: it is scaled
  bool another : 1 = false;        // `first` is of a later SYN that was not accepted yet
  bool near : 1 = false;           // by the handshake's times the observer stands at its end
};

struct TcpAnalysis {
  std::array<TcpSide, 2> side;  // by Direction
  uint32_t handshake_us = 0;
  uint32_t retransmissions = 0;
  uint32_t out_of_order = 0;
  uint32_t duplicate_acks = 0;
  uint32_t fast_retransmissions = 0;
  uint32_t gaps = 0;
};

// One packet of `from` with `length` bytes of payload (on the wire) at `time`.
void Analyse(const TcpHeader& header, uint32_t length, Time time, Direction from, TcpAnalysis* tcp);

// A SYN of `from` amid an open connection, with another number than that began with: it changes
// nothing until the other endpoint accepts it.
bool IsAnotherSyn(const TcpAnalysis& tcp, const TcpHeader& header, Direction from);
void NoteAnotherSyn(const TcpHeader& header, Direction from, TcpAnalysis* tcp);

// Whether an RST of `from` is acceptable to the other endpoint (RFC 9293 section 3.10.7.4), as far
// as is known.  Call it before Analyse.
bool ResetInWindow(const TcpAnalysis& tcp, const TcpHeader& header, Direction from);

// Whether the packet of `from` acknowledges a FIN of the other endpoint.  Call it before Analyse.
bool AcksFin(const TcpAnalysis& tcp, const TcpHeader& header, Direction from);

TcpMetrics Metrics(const TcpAnalysis& tcp);

}  // namespace rustnet::net
