// SPDX-License-Identifier: Apache-2.0
// Which of the sockets that have or had a tuple is the flow's.
#include <algorithm>
#include <tuple>

#include "daemon/attribution/socket_table.h"

namespace rustnet {
namespace {

// Between the kernel's event and the packet's time stamp, and between two readings of the clock.
constexpr Duration kSlack = 2 * kSecond;
// A SYN is repeated for as long (net.ipv4.tcp_syn_retries = 6) before the handshake is done.
constexpr Duration kLongestHandshake = 130 * kSecond;

// How far a flow's beginning lies outside the socket's life, then how far from the socket's own
// beginning: the least is the best.
struct Distance {
  Duration outside = 0;
  Duration apart = 0;
  friend auto operator<=>(const Distance&, const Distance&) = default;
};

Distance Measure(const Socket& socket, Time began) {
  constexpr Duration kJitter = 100 * kMillisecond;
  Distance distance;
  if (began + kJitter < socket.opened) distance.outside = socket.opened - began;
  if (socket.closed != 0 && began > socket.closed + kJitter) {
    distance.outside = began - socket.closed;
  }
  distance.apart = began > socket.opened ? began - socket.opened : socket.opened - began;
  return distance;
}

// Whether a flow that began then can be the socket's at all.
bool CanBe(const Socket& socket, net::Protocol protocol, Time began) {
  if (socket.closed != 0 && began > socket.closed + kSlack) return false;
  if (protocol != net::Protocol::kTcp) return true;
  return began + (socket.accepted ? kLongestHandshake : kSlack) >= socket.opened;
}

// A TCP connection has a flow of its own, which begins with it.  Datagrams of one port are one flow
// whoever sends them: whoever can still send has it, and the newest of those.  Of those that had
// the whole tuple one after another it is the one that began it; SuccessorOf tells the next.
bool Better(const Socket& a, const Socket& b, net::Protocol protocol, Time began, bool by_port) {
  // An echo request to an address of our own has the same tuple as the kernel's reply to it.
  if ((a.process.pid == 0) != (b.process.pid == 0)) return b.process.pid == 0;
  if (protocol != net::Protocol::kTcp) {
    const bool a_open = a.closed == 0;
    const bool b_open = b.closed == 0;
    if (a_open && b_open) return a.opened > b.opened;
    const bool succeeded = protocol == net::Protocol::kUdp && !by_port;
    if (a_open != b_open && !succeeded) return a_open;
  }
  return Measure(a, began) < Measure(b, began);
}

// How closely a bound address fits: 3 the address itself, 2 any of its family, 1 any ("::" takes
// IPv4 too, unless IPV6_V6ONLY), 0 not at all.
int Fit(const Socket& socket, const IpAddress& local) {
  if (socket.bound == local) return 3;
  if (socket.bound.family() == IpAddress::Family::kNone) return 2;
  if (!socket.bound.IsUnspecified()) return 0;
  if (socket.bound.family() == local.family()) return 2;
  return socket.bound.is_v6() ? 1 : 0;
}

bool SameNetns(const Socket& socket, uint64_t netns) {
  return netns == 0 || socket.netns == 0 || socket.netns == netns;
}

}  // namespace

const Socket* SocketTable::BestByTuple(const TupleKey& key, uint64_t netns, Time began,
                                       Match* match) const {
  const Socket* best = nullptr;
  const Socket* elsewhere = nullptr;
  const auto [begin, end] = by_tuple_.equal_range(key);
  for (auto entry = begin; entry != end; ++entry) {
    const Socket& socket = *entry->second;
    if (!CanBe(socket, key.protocol, began)) continue;
    if (SameNetns(socket, netns)) {
      if (best == nullptr || Better(socket, *best, key.protocol, began, false)) {
        best = &socket;
      }
      continue;
    }
    if (elsewhere != nullptr && elsewhere->netns != socket.netns) match->ambiguous_netns = true;
    if (elsewhere == nullptr || Better(socket, *elsewhere, key.protocol, began, false)) {
      elsewhere = &socket;
    }
  }
  if (best != nullptr) {
    match->ambiguous_netns = false;
    return best;
  }
  // Every namespace has a loopback of its own, so its packets never come from another.
  if (key.local.IsLoopback() || key.remote.IsLoopback() || match->ambiguous_netns) return nullptr;
  match->other_netns = elsewhere != nullptr;
  return elsewhere;
}

const Socket* SocketTable::BestByPort(const TupleKey& key, uint64_t netns, Time began,
                                      Match* match) const {
  const Socket* best = nullptr;
  const Socket* open = nullptr;  // the first of the best fit
  int best_fit = 0;
  const auto [begin, end] = by_port_.equal_range(PortKey{key.protocol, key.local_port});
  for (auto entry = begin; entry != end; ++entry) {
    const Socket& socket = *entry->second;
    if (!SameNetns(socket, netns) || !CanBe(socket, key.protocol, began)) continue;
    const int fit = Fit(socket, key.local);
    if (fit == 0 || fit < best_fit) continue;
    if (fit > best_fit) {
      best_fit = fit;
      best = open = nullptr;
      match->ambiguous_port = false;
    }
    if (socket.closed == 0) {
      // SO_REUSEPORT, or multicast: the kernel chooses by a hash, or serves all.
      if (open != nullptr && !(socket.process == open->process)) match->ambiguous_port = true;
      open = &socket;
    }
    if (best == nullptr || Better(socket, *best, key.protocol, began, true)) best = &socket;
  }
  return match->ambiguous_port ? nullptr : best;
}

SocketTable::Match SocketTable::FindByTuple(const TupleKey& key, uint64_t netns, Time began) const {
  Match match;
  match.socket = BestByTuple(key, netns, began, &match);
  return match;
}

const Socket* SocketTable::SuccessorOf(uint64_t cookie, const TupleKey& key) const {
  const auto found = sockets_.find(cookie);
  if (found == sockets_.end() || found->second.closed == 0) return nullptr;
  const Socket& before = found->second;
  const Socket* next = nullptr;
  const auto [begin, end] = by_tuple_.equal_range(key);
  for (auto entry = begin; entry != end; ++entry) {
    const Socket& socket = *entry->second;
    if (socket.netns != before.netns || socket.process.pid == 0 || socket.opened < before.closed) {
      continue;
    }
    if (next == nullptr || socket.opened < next->opened) next = &socket;
  }
  return next;
}

SocketTable::Match SocketTable::Find(const TupleKey& key, uint64_t netns, Time began) const {
  Match match = FindByTuple(key, netns, began);
  if (match.socket != nullptr && !match.other_netns) return match;
  if (key.local_port == 0) return match;
  if (const Socket* bound = BestByPort(key, netns, began, &match)) {
    match.socket = bound;
    match.by_port = true;
    match.other_netns = false;
  }
  return match;
}

}  // namespace rustnet
