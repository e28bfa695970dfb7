// SPDX-License-Identifier: Apache-2.0
// The two endpoints of a TCP connection as an observer between them knows them: RFC 9293 section
// 3.3.2, written as one table (tcp_state.cc).
//
// A packet is an event twice: its sender sent it, its receiver is taken to have received it.  The
// observer may have come late (mid-stream) or missed packets; what a packet proves of the past is
// believed, so every state is left in the end.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "common/net/flow/flow.h"

namespace rustnet::net {

enum class TcpEvent : uint8_t {
  kSendSyn,
  kSendSynAck,
  kSendOther,  // anything without SYN and RST
  kSendFin,
  kReceiveSyn,
  kReceiveSynAck,
  kReceiveAck,     // of no FIN of ours
  kReceiveData,    // with payload or FIN
  kReceiveFinAck,  // an ACK that covers our FIN
  kReceiveFin,
  kReset,  // an acceptable RST, sent or received
};

struct TcpRow {
  TcpState from;
  TcpEvent event;
  TcpState to;
};

// Every transition; what has no row changes nothing.
std::span<const TcpRow> TcpRows();

// What follows on `event` in `state`.
TcpState Next(TcpState state, TcpEvent event);

struct TcpPacket {
  uint8_t flags = 0;           // tcp_flag
  bool payload = false;        // carries data
  bool acks_fin = false;       // acknowledges the receiver's FIN
  bool rst_in_window = false;  // RFC 9293 section 3.10.7.4: an RST elsewhere is void
};

// Moves both endpoints: `sender` sent the packet, `receiver` is to get it.
void Step(const TcpPacket& packet, TcpState* sender, TcpState* receiver);

// The flags seen as one byte, and one more packet of `from`.
class TcpFlagsSeen {
 public:
  void Add(uint8_t flags, Direction from) {
    if ((flags & (tcp_flag::kSyn | tcp_flag::kFin | tcp_flag::kRst)) != 0) AddMoving(flags, from);
    if ((flags & (tcp_flag::kAck | tcp_flag::kSyn)) != tcp_flag::kAck) return;
    bits_ = static_cast<uint8_t>(bits_ | kAck << static_cast<uint8_t>(from));
  }
  bool closing() const { return (bits_ & (kRst | kFin * 3)) != 0; }  // a FIN or an RST passed
  bool reset() const { return (bits_ & kRst) != 0; }
  TcpSeen Expand() const;

 private:
  void AddMoving(uint8_t flags, Direction from);
  static constexpr uint8_t kSyn = 1, kSynAck = 2, kRst = 4, kFin = 8, kAck = 32;  // two bits each
  uint8_t bits_ = 0;
};

}  // namespace rustnet::net
