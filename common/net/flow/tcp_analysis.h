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
  uint32_t ack = 0;        // its last acknowledgement, if `last.acked`
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
  bool another : 1 = false;  // `first` is of a later SYN that was not accepted yet
  bool local : 1 = false;    // it sent an outgoing packet: it is on this host
  bool near : 1 = false;     // by the handshake's times the observer stands at its end
  bool probing = false;
  struct LastPacket {  // written as one byte with each
    bool acked : 1 = false;
    bool kept_alive : 1 = false;
    bool probed_window : 1 = false;
    bool plain : 1 = false;  // without SYN: so the window is scaled
  };
  LastPacket last;
};
static_assert(sizeof(TcpSide) == 40);

struct TcpAnalysis {
  std::array<TcpSide, 2> side;  // by Direction
  uint32_t handshake_us = 0;
  uint32_t retransmissions = 0;
  uint32_t out_of_order = 0;
  uint32_t duplicate_acks = 0;
  uint32_t fast_retransmissions = 0;
  uint32_t gaps = 0;
};

// What is sent now ends before `end`; its ACK will tell the round trip.
inline void StartProbe(uint32_t end, uint32_t now_us, TcpSide* mine) {
  if (mine->probing) return;
  mine->probing = true;
  mine->probe = end;
  mine->probe_us = now_us;
}
// REQUIRES: other->probing.  A packet of the opposite side came, which may be the answer.
void AnswerProbe(const TcpHeader& header, uint32_t now_us, TcpSide* other);

void AnalyseAny(const TcpHeader& header, uint32_t length, uint32_t now_us, Direction from,
                TcpAnalysis* tcp);

// One packet of `from` with `length` bytes of payload (on the wire) at `time`.
inline void Analyse(const TcpHeader& header, uint32_t length, Time time, Direction from,
                    TcpAnalysis* tcp) {
  TcpSide& mine = tcp->side[static_cast<size_t>(from)];
  TcpSide& other = tcp->side[static_cast<size_t>(Opposite(from))];
  const auto now_us = static_cast<uint32_t>(time / kMicrosecond);
  constexpr uint8_t kAckOfAll = tcp_flag::kSyn | tcp_flag::kFin | tcp_flag::kRst | tcp_flag::kAck;
  const bool next = header.seq == mine.next && mine.began && mine.last.plain &&
                    (header.flags & kAckOfAll) == tcp_flag::kAck;
  const bool news = header.ack != mine.ack;
  if (!next || (length <= 1 && (length == 1 || !news))) {
    AnalyseAny(header, length, now_us, from, tcp);
    return;
  }
  // What nearly every packet is: the next data, or an ACK of more.  The same as the long way,
  // without what cannot be.
  if (news) mine.duplicates = 0;
  const uint32_t end = header.seq + length;
  if (other.probing) AnswerProbe(header, now_us, &other);
  if (length > 0) {
    if (other.last.acked && SeqAtMost(end, other.ack)) ++tcp->retransmissions;
    StartProbe(end, now_us, &mine);
    mine.next = end;
    mine.next_us = now_us;
  }
  mine.window = header.window;
  mine.ack = header.ack;
  mine.ack_us = now_us;
  mine.last = {.acked = true, .kept_alive = false, .probed_window = false, .plain = true};
}

// A later IP fragment of a segment of `from`: `length` bytes that its header did not tell of.
void AddTcpFragment(uint32_t length, Direction from, TcpAnalysis* tcp);

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
