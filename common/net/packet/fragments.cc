// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/fragments.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "common/base/hash.h"

namespace rustnet::net {
namespace {

uint64_t Hash(const DatagramKey& key) {
  const auto words = std::bit_cast<std::array<uint64_t, 6>>(key);
  return MixHash(MixHash(words[0] ^ words[4], words[1] ^ words[5]),
                 MixHash(words[2], words[3] + 1));
}

}  // namespace

FragmentTable::FragmentTable(DecodeCounters* counters)
    : counters_(counters),
      tags_(kSets * kWays),
      entries_(std::make_unique_for_overwrite<Entry[]>(kSets * kWays)) {}

void FragmentTable::GiveUp(const Entry& entry) {
  counters_->fragments_dropped += entry.held.packets;
  if (entry.slot == Reassembly::kNone) return;
  ++counters_->datagrams_incomplete;
  reassembly_.Give(entry.slot);
}

FragmentTable::Entry& FragmentTable::Find(const DatagramKey& datagram, const Packet& packet) {
  const uint64_t hash = Hash(datagram);
  const uint32_t tag = static_cast<uint32_t>(hash >> 32) | 1;
  const size_t begin = (hash % kSets) * kWays;
  size_t victim = begin;
  bool free = false;
  for (size_t i = begin; i < begin + kWays; ++i) {
    if (tags_[i] == 0) {
      if (!free) victim = i;
      free = true;
      continue;
    }
    if (tags_[i] == tag && entries_[i].datagram == datagram) {
      // Capture times can run backwards; only a long silence makes it another datagram.
      if (packet.time - entries_[i].first <= kTimeout) return entries_[i];
      victim = i;
      free = false;
      break;
    }
    if (!free && entries_[i].last < entries_[victim].last) victim = i;
  }
  Entry& entry = entries_[victim];
  if (!free) GiveUp(entry);
  tags_[victim] = tag;
  entry = Entry{.datagram = datagram,
                .key = packet.key,
                .first = packet.time,
                .last = packet.time,
                .held = {},
                .sequence = 0,
                .in_stream = false,
                .from = packet.from,
                .known = false,
                .joining = Joining::kOpen,
                .slot = Reassembly::kNone};
  return entry;
}

void FragmentTable::First(const DatagramKey& datagram, uint32_t header_bytes, Packet* packet) {
  Entry& entry = Find(datagram, *packet);
  // Ids come again; only at once is it the same fragment.
  if (entry.joining == Joining::kWhole && packet->time - entry.first > kSecond) {
    entry.joining = Joining::kOpen;
  }
  packet->earlier = entry.held;
  entry.held = {};
  entry.key = packet->key;
  entry.from = packet->from;
  entry.known = true;
  entry.in_stream = header_bytes != 0;
  const uint32_t syn = (packet->tcp.flags & tcp_flag::kSyn) != 0 ? 1 : 0;
  entry.sequence = packet->tcp.seq + syn - header_bytes;
  entry.first = entry.last = packet->time;
}

bool FragmentTable::Later(const DatagramKey& datagram, Packet* packet) {
  Entry& entry = Find(datagram, *packet);
  entry.last = std::max(entry.last, packet->time);
  if (entry.known) {
    packet->key = entry.key;
    packet->from = entry.from;
    packet->tcp.seq += entry.sequence;
    if (!entry.in_stream) packet->payload = {};
    return true;
  }
  ++counters_->fragments_waiting;
  ++entry.held.packets;
  entry.held.frame_bytes += packet->frame_bytes;
  entry.held.ip_bytes += packet->ip_bytes;
  entry.held.payload_bytes += packet->payload_bytes;
  return false;
}

// The datagram that was silent longest makes room.
uint8_t FragmentTable::TakeSlot(Entry* entry) {
  const auto owner = static_cast<uint32_t>(entry - entries_.get());
  const uint8_t free = reassembly_.Take(counters_->frames, owner);
  if (free != Reassembly::kNone) return free;
  uint8_t oldest = Reassembly::kNone;
  for (uint8_t number = 0; number < Reassembly::kSlots; ++number) {
    const Reassembly::Slot& slot = reassembly_.slot(number);
    if (slot.lent) continue;
    if (oldest == Reassembly::kNone || slot.frame < reassembly_.slot(oldest).frame) oldest = number;
  }
  if (oldest == Reassembly::kNone) return oldest;
  Entry& other = entries_[reassembly_.slot(oldest).owner];
  other.slot = Reassembly::kNone;
  other.joining = Joining::kGivenUp;
  reassembly_.Give(oldest);
  ++counters_->datagrams_incomplete;
  return reassembly_.Take(counters_->frames, owner);
}

Bytes FragmentTable::Join(const DatagramKey& datagram, const Piece& piece, const Packet& packet,
                          bool* hopeless) {
  Entry& entry = Find(datagram, packet);
  *hopeless = entry.joining == Joining::kGivenUp;
  if (entry.joining != Joining::kOpen) return {};
  if (entry.slot == Reassembly::kNone) entry.slot = TakeSlot(&entry);
  const auto result = piece.cut || entry.slot == Reassembly::kNone
                          ? Reassembly::Result::kRefused
                          : reassembly_.Add(entry.slot, piece.offset, piece.last, piece.bytes);
  if (result == Reassembly::Result::kMore) {
    reassembly_.slot(entry.slot).frame = counters_->frames;
    return {};
  }
  const bool whole = result == Reassembly::Result::kWhole;
  entry.joining = whole ? Joining::kWhole : Joining::kGivenUp;
  *hopeless = !whole;
  const uint8_t number = std::exchange(entry.slot, Reassembly::kNone);
  if (!whole) {
    ++counters_->datagrams_incomplete;
    if (number != Reassembly::kNone) reassembly_.Give(number);
    return {};
  }
  Reassembly::Slot& slot = reassembly_.slot(number);
  slot.lent = true;
  slot.frame = counters_->frames + kFramesPayloadLives;
  return reassembly_.Whole(number);
}

std::vector<OrphanFragments> FragmentTable::TakeOrphans() {
  std::vector<OrphanFragments> orphans;
  for (size_t i = 0; i < tags_.size(); ++i) {
    if (tags_[i] == 0 || entries_[i].held.packets == 0) continue;
    const Entry& entry = entries_[i];
    orphans.push_back({entry.key, entry.from, entry.first, entry.last, entry.held});
    tags_[i] = 0;
  }
  std::sort(orphans.begin(), orphans.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.key.address < b.key.address;
  });
  return orphans;
}

}  // namespace rustnet::net
