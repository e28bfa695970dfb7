// SPDX-License-Identifier: Apache-2.0
// One conversation seen on several interfaces: which flows are the same packets, which of them
// stands nearest the socket, and what they count together.
//
// A container's packet comes in at the host's end of its veth, then at the bridge, and leaves by
// the uplink, perhaps with another source.  Only what is proved is one: by sequence numbers, by
// the first packet, by how the interfaces stand on each other, by the kernel's translation.  Pure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "common/base/time.h"
#include "common/net/flow/flow.h"

namespace rustnet {

// How interfaces stand on each other.
struct Link {
  uint32_t index = 0;
  uint32_t master = 0;  // the bridge or bond that it is a port of; 0: none
  uint32_t lower = 0;   // what it stands on (VLAN, macvlan); 0: nothing
};

class Links {
 public:
  void Set(std::span<const Link> links);

  // One takes over what the other received, or sends by it: a port and its bridge.
  bool Related(uint32_t a, uint32_t b) const { return Above(a, b) || Above(b, a); }
  // Ports of one bridge or bond.
  bool Siblings(uint32_t a, uint32_t b) const;
  // 0: stands on nothing.  A bridge stands above its ports, a VLAN above its interface.
  int Height(uint32_t index) const;

 private:
  struct Place {
    Link link;
    int height = 0;
  };
  size_t Find(uint32_t index) const;
  bool Above(uint32_t upper, uint32_t lower) const;

  std::vector<Place> places_;                          // by index
  std::vector<std::pair<uint32_t, uint32_t>> stands_;  // upper, lower; sorted
};

// What one interface saw of a conversation.  Arrays: by the end, as index in `key`, that sent.
struct Sighting {
  net::FlowKey key;
  uint32_t interface = 0;  // its index
  uint8_t initiator = 0;   // index in `key`
  bool began_out = false;  // the initiator's packets leave this host by the interface
  Time first = 0;
  Time last = 0;
  std::array<net::SeenSpan, 2> span;
  std::array<bool, 2> seen{};

  bool Leaves(uint8_t end) const { return (end == initiator) == began_out; }
};

Sighting SightingOf(const net::FlowView& flow, uint32_t interface);

// What is known of a pair beyond the two themselves.
struct Pair {
  bool swapped = false;     // end 0 of the one is end 1 of the other (translated addresses)
  bool translated = false;  // the kernel says that one's tuple becomes the other's
  bool ours = false;  // an address of this host is one end: the tuple is unique in its namespace
};

enum class Verdict : uint8_t {
  kApart,    // other packets
  kUnclear,  // may be told later
  kSame,     // proved
};
Verdict Compare(const Sighting& a, const Sighting& b, const Pair& pair, const Links& links);

// One flow of a row.
struct Copy {
  uint64_t flow = 0;  // how the table calls it
  Sighting sighting;
  uint8_t local = 0;  // index in its key of the row's local end
  bool late = false;  // saw only a later part: does not count where another does
  bool ended = false;
  std::array<net::DirectionCounters, 2> counters;  // sent, received
  std::array<uint64_t, 2> rate{};                  // bytes per second
};

// The flows of one row, from the local end to the remote one.
class Path {
 public:
  std::span<const Copy> copies() const { return copies_; }
  // Null: none of that name.
  Copy* Find(uint64_t flow);
  // The copy with which the row is described.  REQUIRES: there is one.
  const Copy& nearest() const;
  // The nearest with packets of that way (0: sent, 1: received), else the nearest.
  const Copy& Counting(size_t way) const;

  void Add(Copy copy, const Links& links);
  // The local end is the other one.
  void Turn(const Links& links);
  bool ended() const;

 private:
  void Sort(const Links& links);

  std::vector<Copy> copies_;
};

// From a flow, as the end `local` of its key has it.
void CountInto(const net::FlowView& flow, Copy* copy);

}  // namespace rustnet
