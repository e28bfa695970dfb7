// SPDX-License-Identifier: Apache-2.0
// Only the first fragment of a datagram has ports; this table gives them to the others.
//
// TCP's fragments are told where in the stream they belong and so need no reassembly; what else
// dissection or a tunnel may read is put together (reassembly.h).  The table has a fixed size,
// allocated once; a full set gives up its oldest datagram.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "common/net/packet/decoder.h"
#include "common/net/packet/reassembly.h"

namespace rustnet::net {

// RFC 791 3.2 "Identification", RFC 8200 4.5: what makes fragments one datagram.
struct DatagramKey {
  std::array<uint8_t, 16> source{};
  std::array<uint8_t, 16> destination{};
  uint32_t id = 0;
  uint32_t tunnel = 0;
  uint8_t protocol = 0;  // 0 for IPv6, where it need not be the same in each fragment
  uint8_t family = 0;
  uint8_t handle = 0;
  uint8_t reserved = 0;
  uint32_t reserved2 = 0;

  friend bool operator==(const DatagramKey&, const DatagramKey&) = default;
};
static_assert(sizeof(DatagramKey) == 48);

// One fragment's place in its datagram.
struct Piece {
  uint32_t offset = 0;  // in bytes
  bool last = false;
  bool cut = false;      // not all of it was captured
  uint8_t protocol = 0;  // of the datagram's content
  Bytes bytes;
};

class FragmentTable {
 public:
  static constexpr Duration kTimeout = 30 * kSecond;  // by capture time

  explicit FragmentTable(DecodeCounters* counters);

  // The first fragment, whose `packet` has its whole key: remembers it and gives it the fragments
  // that came before.  `header_bytes` of TCP stand before its data; 0: that is not known.
  void First(const DatagramKey& datagram, uint32_t header_bytes, Packet* packet);
  // A later fragment.  True: the first one is known, `packet` has got its key and, in place of an
  // offset in the datagram, its sequence number.  False: it is held as a count.  `packet` has the
  // key without ports.
  bool Later(const DatagramKey& datagram, Packet* packet);

  // Keeps the piece.  The whole datagram behind its IP header if that is the one that was missing;
  // it lives for kFramesPayloadLives more frames.  Empty: more is needed, or it cannot be had.
  // `*hopeless`: it cannot be had.  After First or Later.
  Bytes Join(const DatagramKey& datagram, const Piece& piece, const Packet& packet, bool* hopeless);

  std::vector<OrphanFragments> TakeOrphans();

 private:
  static constexpr size_t kWays = 8;
  static constexpr size_t kSets = 512;
  enum class Joining : uint8_t { kOpen, kWhole, kGivenUp };
  struct Entry {
    DatagramKey datagram;
    FlowKey key;  // without ports while the first fragment is missing
    Time first;
    Time last;
    EarlierFragments held;
    uint32_t sequence;  // TCP: of the datagram's first byte, were it data
    bool in_stream;     // that is known
    uint8_t from;
    bool known;  // the first fragment has come
    Joining joining;
    uint8_t slot;  // of reassembly_
  };

  // The entry of `datagram`, made anew for `packet` if there is none or it is too old.
  Entry& Find(const DatagramKey& datagram, const Packet& packet);
  void GiveUp(const Entry& entry);
  uint8_t TakeSlot(Entry* entry);

  DecodeCounters* counters_;
  std::vector<uint32_t> tags_;  // of each entry: 0 is free, else a part of its hash
  std::unique_ptr<Entry[]> entries_;
  Reassembly reassembly_;
};

}  // namespace rustnet::net
