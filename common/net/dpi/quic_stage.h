// SPDX-License-Identifier: Apache-2.0
// The stage of a QUIC connection, by what stands in clear: which long headers passed (RFC 9000
// section 17.2), and which short ones carry a connection id that the other end had given itself
// (section 5.1).
#pragma once

#include <algorithm>
#include <array>

#include "common/net/dpi/quic_packet.h"
#include "common/net/dpi/stage.h"

namespace rustnet::net {

class QuicStage {
 public:
  void OnLong(Direction from, const QuicPacket& packet) {
    Side& side = sides_[static_cast<size_t>(from)];
    if (packet.kind == QuicKind::kHandshake) side.handshake = true;
    if (packet.kind == QuicKind::kInitial) side.initial = true;
    if (packet.kind != QuicKind::kHandshake && packet.kind != QuicKind::kInitial) return;
    side.id_size = static_cast<uint8_t>(packet.source.size());
    std::copy(packet.source.begin(), packet.source.end(), side.id.begin());
  }

  // What follows the last long header of a datagram, or is all of it.
  void OnShort(Direction from, Bytes packet) {
    if (packet.empty() || (packet.front() & 0x80) != 0) return;
    Side& side = sides_[static_cast<size_t>(from)];
    const Side& peer = sides_[static_cast<size_t>(Opposite(from))];
    ByteReader reader(packet);
    const bool fixed = (reader.U8() & 0x40) != 0;  // may be cleared by agreement (RFC 9287)
    const Bytes id = reader.Take(peer.id_size);
    const bool matches = reader.ok() && (peer.initial || peer.handshake) &&
                         (fixed || !id.empty()) &&
                         std::equal(id.begin(), id.end(), peer.id.begin());
    if (matches) side.data = true;
    if (matches || fixed) any_data_ = true;
  }

  // What `of` calls itself; empty: nothing, or not known.
  Bytes id(Direction of) const {
    const Side& side = sides_[static_cast<size_t>(of)];
    return Bytes(side.id).first(side.id_size);
  }

  // CONNECTION_CLOSE was read.
  void OnClose() { closed_ = true; }

  // Whoever sends a Handshake packet has the other's keys; a client's ends the handshake.  If it
  // was lost, data of both ends proves the same.
  Stage stage() const {
    const auto& [one, other] = sides_;
    if (closed_) return Stage::kQuicDraining;
    if ((one.handshake && other.handshake && any_data_) || (one.data && other.data)) {
      return Stage::kQuicConnected;
    }
    const bool answered = one.initial && other.initial;
    return answered || one.handshake || other.handshake ? Stage::kQuicHandshake
                                                        : Stage::kQuicInitial;
  }

 private:
  struct Side {
    std::array<uint8_t, kLongestQuicId> id{};  // its own, to which the other sends
    uint8_t id_size = 0;
    bool initial = false;
    bool handshake = false;
    bool data = false;
  };
  std::array<Side, 2> sides_;
  bool any_data_ = false;
  bool closed_ = false;
};

}  // namespace rustnet::net
