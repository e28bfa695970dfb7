// SPDX-License-Identifier: Apache-2.0
// Frames to packets: link layers, VLAN, MPLS, PPPoE, IP, fragments, TCP/UDP/ICMP/…, tunnels.  One
// Decoder belongs to one worker (it remembers fragments); no clock, no lock, no allocation while
// decoding.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "common/net/packet/packet.h"

namespace rustnet::net {

// Packets that one frame can hold: the outermost, and those in tunnels or samples.
inline constexpr size_t kMaxLayers = 16;

// A packet's payload lives as long as its frame, or, where it was put together from fragments,
// until that many more frames were decoded.
inline constexpr size_t kFramesPayloadLives = 256;

class FragmentTable;
struct Layer;

struct DecodeCounters {
  uint64_t frames = 0;
  uint64_t malformed = 0;          // frames of which not even a flow could be told
  uint64_t fragments_dropped = 0;  // later fragments given up: no room, or no first one in 30 s
  uint64_t fragments_waiting = 0;  // later fragments that came before their first one (all, ever)
  uint64_t datagrams_incomplete = 0;  // of which not all fragments came, or came whole, or agreed
  uint64_t truncated = 0;             // frames cut by the snaplen
  uint64_t tunnels_unread = 0;  // packets in tunnels and samples: malformed, or too many in a frame
};

// A datagram whose later fragments were seen and whose first was not.
struct OrphanFragments {
  FlowKey key;  // without ports
  uint8_t from = 0;
  Time first = 0;
  Time last = 0;
  EarlierFragments counted;
};

class Decoder {
 public:
  Decoder();
  ~Decoder();

  // Fills `out` from the outermost packet inward and returns how many (0: malformed, or waiting for
  // its first fragment). They borrow `frame.bytes`; see kFramesPayloadLives.
  size_t Decode(const Frame& frame, std::span<Packet, kMaxLayers> out);

  // Asks for the memory that decoding `frame` will read: called a few frames ahead, it hides the
  // cache misses.
  static void Prefetch(const Frame& frame) {
    if (frame.bytes.size() > 64) {
      __builtin_prefetch(frame.bytes.data());
      __builtin_prefetch(frame.bytes.subspan(64).data());
    }
  }

  // Gives up the fragments that still wait for their first one and returns what was held: at the
  // end of a file.
  std::vector<OrphanFragments> TakeOrphans();

  const DecodeCounters& counters() const { return counters_; }

 private:
  size_t FollowTunnels(Layer layer, std::span<Packet, kMaxLayers> out);
  size_t FollowSamples(Layer layer, size_t outer, size_t count, std::span<Packet, kMaxLayers> out);

  DecodeCounters counters_;
  std::unique_ptr<FragmentTable> fragments_;
};

}  // namespace rustnet::net
