// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/tcp_state.h"

namespace rustnet::net {
namespace {

using S = TcpState;
using E = TcpEvent;

constexpr TcpRow kRows[] = {
    // The handshake.
    {S::kNone, E::kSendSyn, S::kSynSent},
    {S::kNone, E::kSendSynAck, S::kSynReceived},
    {S::kSynSent, E::kReceiveSynAck, S::kEstablished},
    {S::kSynReceived, E::kReceiveAck, S::kEstablished},
    {S::kSynReceived, E::kReceiveData, S::kEstablished},
    {S::kNone, E::kReceiveSynAck, S::kEstablished},  // its SYN passed before we looked
    // Simultaneous open: both sent SYN, each answers with SYN-ACK.
    {S::kSynSent, E::kReceiveSyn, S::kSynReceived},
    {S::kSynSent, E::kSendSynAck, S::kSynReceived},
    {S::kSynReceived, E::kReceiveSynAck, S::kEstablished},
    // Mid-stream, or packets of the handshake were missed.
    {S::kNone, E::kSendOther, S::kEstablished},
    {S::kNone, E::kReceiveAck, S::kEstablished},
    {S::kNone, E::kReceiveData, S::kEstablished},
    {S::kSynSent, E::kSendOther, S::kEstablished},
    {S::kSynSent, E::kReceiveData, S::kEstablished},
    // We close first.
    {S::kSynReceived, E::kSendFin, S::kFinWait1},
    {S::kEstablished, E::kSendFin, S::kFinWait1},
    {S::kFinWait1, E::kReceiveFinAck, S::kFinWait2},
    {S::kFinWait1, E::kReceiveFin, S::kClosing},
    {S::kFinWait2, E::kReceiveFin, S::kTimeWait},
    {S::kClosing, E::kReceiveFinAck, S::kTimeWait},
    // The other side closes first.
    {S::kSynReceived, E::kReceiveFin, S::kCloseWait},
    {S::kEstablished, E::kReceiveFin, S::kCloseWait},
    {S::kCloseWait, E::kSendFin, S::kLastAck},
    {S::kLastAck, E::kReceiveFinAck, S::kClosed},
    // Reset.  Where both sides had sent FIN the connection is closed all the same.
    {S::kNone, E::kReset, S::kReset},
    {S::kSynSent, E::kReset, S::kReset},
    {S::kSynReceived, E::kReset, S::kReset},
    {S::kEstablished, E::kReset, S::kReset},
    {S::kFinWait1, E::kReset, S::kReset},
    {S::kFinWait2, E::kReset, S::kReset},
    {S::kCloseWait, E::kReset, S::kReset},
    {S::kClosing, E::kReset, S::kClosed},
    {S::kLastAck, E::kReset, S::kClosed},
    {S::kTimeWait, E::kReset, S::kClosed},
};

constexpr size_t kStates = static_cast<size_t>(S::kReset) + 1;
constexpr size_t kEvents = static_cast<size_t>(E::kReset) + 1;
using Table = std::array<std::array<TcpState, kEvents>, kStates>;

constexpr Table MakeTable() {
  Table table{};
  for (size_t state = 0; state < kStates; ++state) {
    for (size_t event = 0; event < kEvents; ++event) table[state][event] = static_cast<S>(state);
  }
  for (const TcpRow& row : kRows) {
    table[static_cast<size_t>(row.from)][static_cast<size_t>(row.event)] = row.to;
  }
  return table;
}

constexpr Table kTable = MakeTable();

}  // namespace

std::span<const TcpRow> TcpRows() { return kRows; }

TcpState Next(TcpState state, TcpEvent event) {
  return kTable[static_cast<size_t>(state)][static_cast<size_t>(event)];
}

void Step(const TcpPacket& packet, TcpState* sender, TcpState* receiver) {
  const auto send = [sender](E event) { *sender = Next(*sender, event); };
  const auto receive = [receiver](E event) { *receiver = Next(*receiver, event); };
  const auto has = [flags = packet.flags](uint8_t flag) { return (flags & flag) != 0; };
  if (has(tcp_flag::kRst)) {
    if (!packet.rst_in_window) return;
    send(E::kReset);
    receive(E::kReset);
    return;
  }
  if (has(tcp_flag::kSyn)) {
    send(has(tcp_flag::kAck) ? E::kSendSynAck : E::kSendSyn);
    receive(has(tcp_flag::kAck) ? E::kReceiveSynAck : E::kReceiveSyn);
  } else {
    send(E::kSendOther);
  }
  if (has(tcp_flag::kAck) && !has(tcp_flag::kSyn)) {
    receive(packet.acks_fin ? E::kReceiveFinAck : E::kReceiveAck);
  }
  if (!has(tcp_flag::kSyn) && (packet.payload || has(tcp_flag::kFin))) receive(E::kReceiveData);
  if (has(tcp_flag::kFin)) {
    send(E::kSendFin);
    receive(E::kReceiveFin);
  }
}

void TcpFlagsSeen::AddMoving(uint8_t flags, Direction from) {
  const auto add = [this](int bits) { bits_ = static_cast<uint8_t>(bits_ | bits); };
  if ((flags & tcp_flag::kRst) != 0) {
    add(kRst);
  } else if ((flags & tcp_flag::kSyn) != 0) {
    // The ports are used again: only the SYN of before still counts.
    if (closing()) bits_ &= kSyn;
    add((flags & tcp_flag::kAck) != 0 ? kSynAck : kSyn);
  }
  if ((flags & tcp_flag::kFin) != 0) add(kFin << static_cast<uint8_t>(from));
}

TcpSeen TcpFlagsSeen::Expand() const {
  const auto has = [this](int bit) { return (bits_ & bit) != 0; };
  return {.syn = has(kSyn),
          .synack = has(kSynAck),
          .rst = has(kRst),
          .fin = {has(kFin), has(kFin * 2)},
          .ack = {has(kAck), has(kAck * 2)}};
}

std::string_view EndState(const TcpSeen& seen) {
  if (seen.rst) return "reset";
  if (seen.fin[0] && seen.fin[1]) return "closed";
  if (seen.fin[0] || seen.fin[1]) return "half_closed";
  if (seen.syn && !seen.synack && !seen.ack[0] && !seen.ack[1]) return "syn_sent";
  if (seen.synack && !seen.ack[0]) return "syn_recv";
  return "established";
}

}  // namespace rustnet::net
