// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/stitch.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

namespace rustnet {
namespace {

constexpr int kMostSteps = 8;  // bridge over bond over VLAN …
// Between the same packet's time on two interfaces: queues and shapers.
constexpr Duration kLongestWay = kSecond;
// A flow's last packet is known only as of its worker's last tick.
constexpr Duration kTickLag = 2 * kSecond;
// Two connections of one tuple whose numbers agree by chance: 2^-20.
constexpr double kChance = 1.0 / (1 << 20);

enum class Numbers : uint8_t { kContradict, kNothing, kUnclear, kLikely, kEqual };

// How the two interfaces stand on the way of the packets of the end that began.
enum class Way : uint8_t {
  kThrough,  // in by one and out by the other
  kRelated,
  kSiblings,  // out by both: a bridge that floods
  kBesideIn,
  kBesideOut,
};

bool ByTcp(const Sighting& sighting) { return sighting.key.protocol == net::Protocol::kTcp; }

// Of sequence numbers, RFC 9293 section 3.4.
bool Between(uint32_t first, uint32_t value, uint32_t last) {
  return value - first <= last - first;
}

// The probability with which two spans of unrelated connections meet; 1: they do not.
double ChanceOf(const net::SeenSpan& a, const net::SeenSpan& b) {
  const bool meet = Between(a.begin, b.begin, a.end) || Between(b.begin, a.begin, b.end);
  if (!meet) return 1;
  const uint64_t sum = uint64_t{a.end - a.begin} + (b.end - b.begin) + 1;
  return std::min(1.0, static_cast<double>(sum) / 4294967296.0);
}

Numbers CompareNumbers(const Sighting& a, const Sighting& b, bool swapped) {
  bool shared = false;
  double chance = 1;
  for (uint8_t end = 0; end < 2; ++end) {
    const uint8_t other = end ^ static_cast<uint8_t>(swapped);
    if (!a.seen[end] || !b.seen[other]) continue;
    shared = true;
    const net::SeenSpan& one = a.span[end];
    const net::SeenSpan& two = b.span[other];
    if (one == net::SeenSpan{} || two == net::SeenSpan{}) continue;  // of fragments alone
    if (!ByTcp(a)) {
      // Both ways tell the same, if at all: one that agrees is enough.
      if (one.begin == two.begin && one.begin != 0) return Numbers::kEqual;
      continue;
    }
    if (one.whole && two.whole) {
      if (one.begin != two.begin) return Numbers::kContradict;
      chance = 0;
    } else {
      chance *= ChanceOf(one, two);
    }
  }
  if (!shared) return Numbers::kNothing;
  if (!ByTcp(a)) return Numbers::kUnclear;
  if (chance == 0) return Numbers::kEqual;
  return chance <= kChance ? Numbers::kLikely : Numbers::kUnclear;
}

Way WayOf(const Sighting& a, const Sighting& b, bool swapped, const Links& links) {
  // Of the end that began; where the two do not agree on that, the earlier one has it.
  const auto turn = static_cast<uint8_t>(swapped);
  const uint8_t end = a.first <= b.first ? a.initiator : b.initiator ^ turn;
  const bool a_leaves = a.Leaves(end);
  const bool b_leaves = b.Leaves(end ^ turn);
  if (a.key.tunnel != b.key.tunnel) return Way::kThrough;  // of the tunnel's device, both ways
  if (links.Related(a.interface, b.interface)) return Way::kRelated;
  if (a_leaves != b_leaves) return Way::kThrough;
  if (!a_leaves) return Way::kBesideIn;
  return links.Siblings(a.interface, b.interface) ? Way::kSiblings : Way::kBesideOut;
}

bool AtOnce(const Sighting& a, const Sighting& b) {
  return std::abs(a.first - b.first) <= kLongestWay;
}

}  // namespace

void Links::Set(std::span<const Link> links) {
  places_.clear();
  for (const Link& link : links) places_.push_back({link, 0});
  std::sort(places_.begin(), places_.end(),
            [](const Place& a, const Place& b) { return a.link.index < b.link.index; });
  // Of each pair that touches, what follows by steps in between.
  std::vector<std::pair<uint32_t, uint32_t>> touches;
  for (const Link& link : links) {
    if (link.master != 0) touches.emplace_back(link.master, link.index);
    if (link.lower != 0) touches.emplace_back(link.index, link.lower);
  }
  std::sort(touches.begin(), touches.end());
  stands_ = touches;
  std::vector<std::pair<uint32_t, uint32_t>> reached = touches;
  for (int height = 1; !reached.empty() && height <= kMostSteps; ++height) {
    std::vector<std::pair<uint32_t, uint32_t>> further;
    for (const auto& [upper, lower] : reached) {
      const size_t at = Find(upper);
      if (at != places_.size()) places_[at].height = height;
      auto below = std::lower_bound(touches.begin(), touches.end(), std::pair(lower, 0U));
      for (; below != touches.end() && below->first == lower; ++below) {
        further.emplace_back(upper, below->second);
      }
    }
    stands_.insert(stands_.end(), further.begin(), further.end());
    reached = std::move(further);
  }
  std::sort(stands_.begin(), stands_.end());
}

// places_.size(): there is none.
size_t Links::Find(uint32_t index) const {
  const auto found = std::lower_bound(
      places_.begin(), places_.end(), index,
      [](const Place& place, uint32_t wanted) { return place.link.index < wanted; });
  if (found == places_.end() || found->link.index != index) return places_.size();
  return static_cast<size_t>(found - places_.begin());
}

int Links::Height(uint32_t index) const {
  const size_t at = Find(index);
  return at == places_.size() ? 0 : places_[at].height;
}

bool Links::Siblings(uint32_t a, uint32_t b) const {
  const size_t one = Find(a);
  const size_t two = Find(b);
  return one != places_.size() && two != places_.size() && places_[one].link.master != 0 &&
         places_[one].link.master == places_[two].link.master;
}

bool Links::Above(uint32_t upper, uint32_t lower) const {
  return std::binary_search(stands_.begin(), stands_.end(), std::pair(upper, lower));
}

Sighting SightingOf(const net::FlowView& flow, uint32_t interface) {
  Sighting out;
  out.key = flow.key;
  out.interface = interface;
  out.initiator = flow.initiator & 1;
  out.began_out = flow.local_began;
  out.first = flow.first;
  out.last = flow.last;
  for (uint8_t way = 0; way < 2; ++way) {
    const uint8_t end = out.initiator ^ way;
    out.span[end] = flow.span[way];
    out.seen[end] = flow.counters[way].packets != 0;
  }
  return out;
}

Verdict Compare(const Sighting& a, const Sighting& b, const Pair& pair, const Links& links) {
  if (a.interface == b.interface) return Verdict::kApart;
  const Numbers numbers = CompareNumbers(a, b, pair.swapped);
  if (numbers == Numbers::kContradict) return Verdict::kApart;
  // One interface sends, another receives: nothing to compare, but nobody else has the tuple.
  const bool one_network = a.key.tunnel == b.key.tunnel;
  if (numbers == Numbers::kNothing && pair.ours && one_network) return Verdict::kSame;
  // One of them may not be up to date yet.
  if (a.first > b.last + kTickLag || b.first > a.last + kTickLag) return Verdict::kUnclear;
  const bool tcp = ByTcp(a);
  if (tcp && numbers == Numbers::kEqual) return Verdict::kSame;
  const bool first_agrees = numbers == Numbers::kEqual && AtOnce(a, b);
  const Way way = WayOf(a, b, pair.swapped, links);
  if (numbers == Numbers::kNothing && way != Way::kRelated) return Verdict::kUnclear;
  switch (way) {
    case Way::kRelated:
      return Verdict::kSame;
    case Way::kBesideIn:
      return Verdict::kApart;  // two containers
    case Way::kBesideOut:
      return Verdict::kUnclear;
    case Way::kSiblings:
      return first_agrees ? Verdict::kSame : Verdict::kUnclear;
    case Way::kThrough:
      break;
  }
  if (first_agrees || numbers == Numbers::kLikely) return Verdict::kSame;
  return pair.translated && AtOnce(a, b) ? Verdict::kSame : Verdict::kUnclear;
}

Copy* Path::Find(uint64_t flow) {
  for (Copy& copy : copies_) {
    if (copy.flow == flow) return &copy;
  }
  return nullptr;
}

const Copy& Path::nearest() const {
  for (const Copy& copy : copies_) {
    if (!copy.late) return copy;
  }
  return copies_.front();
}

const Copy& Path::Counting(size_t way) const {
  const Copy* late = nullptr;
  for (const Copy& copy : copies_) {
    if (copy.counters[way].packets == 0) continue;
    if (!copy.late) return copy;
    if (late == nullptr) late = &copy;
  }
  return late != nullptr ? *late : nearest();
}

void Path::Add(Copy copy, const Links& links) {
  copies_.push_back(std::move(copy));
  Time first = copies_.front().sighting.first;
  for (const Copy& each : copies_) first = std::min(first, each.sighting.first);
  for (Copy& each : copies_) each.late = each.sighting.first > first + kLongestWay;
  Sort(links);
}

void Path::Turn(const Links& links) {
  for (Copy& copy : copies_) {
    copy.local ^= 1;
    std::swap(copy.counters[0], copy.counters[1]);
    std::swap(copy.rate[0], copy.rate[1]);
  }
  Sort(links);
}

bool Path::ended() const {
  return std::all_of(copies_.begin(), copies_.end(), [](const Copy& copy) { return copy.ended; });
}

// What the local end sends comes in before it leaves; on its way in it climbs from port to bridge,
// on its way out it descends; else the clock decides.
void Path::Sort(const Links& links) {
  const auto place = [&links](const Copy& copy) {
    const Sighting& seen = copy.sighting;
    const bool leaves = seen.Leaves(copy.local);
    const int height = links.Height(seen.interface);
    const bool forward = copy.local == seen.initiator;
    return std::make_tuple(seen.key.tunnel != 0, leaves, leaves ? -height : height,
                           forward ? seen.first : -seen.first);
  };
  std::stable_sort(copies_.begin(), copies_.end(),
                   [&](const Copy& a, const Copy& b) { return place(a) < place(b); });
}

void CountInto(const net::FlowView& flow, Copy* copy) {
  const size_t sent = copy->local == (flow.initiator & 1) ? 0 : 1;
  copy->counters = {flow.counters[sent], flow.counters[sent ^ 1]};
  copy->rate = {flow.rate[sent], flow.rate[sent ^ 1]};
  copy->sighting = SightingOf(flow, copy->sighting.interface);
  copy->ended = flow.ended;
}

}  // namespace rustnet
