// SPDX-License-Identifier: Apache-2.0
// Datagrams whole again from their fragments (RFC 791 3.2, RFC 8200 4.5): 64 at a time, in memory
// that is taken once and touched only as far as it is used (4.1 MiB).
//
// Overlaps: a piece that repeats bytes which are there is ignored, any other overlap ends the
// datagram, as RFC 5722 asks for IPv6 and Linux does for both (since 4.19).
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "common/base/bytes.h"

namespace rustnet::net {

class Reassembly {
 public:
  static constexpr uint8_t kSlots = 64;
  static constexpr uint8_t kNone = kSlots;
  static constexpr uint32_t kLongest = 65535;  // bytes behind the IP header

  enum class Result : uint8_t { kMore, kWhole, kRefused };

  struct Slot {
    uint32_t owner = 0;  // whose it is: an entry of the fragment table
    uint64_t frame = 0;  // of the last piece; with `lent` its bytes may go behind this one
    bool used = false;
    bool lent = false;  // whole; somebody may still read it
  };

  Reassembly();

  Slot& slot(uint8_t number) { return slots_[number]; }
  // One that is not in use at `frame`, emptied; kNone: there is none.
  uint8_t Take(uint64_t frame, uint32_t owner);
  void Give(uint8_t number) { slots_[number] = {}; }

  // `offset` in bytes; `last`: no more follow behind it.
  Result Add(uint8_t number, uint32_t offset, bool last, Bytes bytes);
  // REQUIRES: Add said kWhole.
  Bytes Whole(uint8_t number) const;

 private:
  static constexpr uint32_t kBlock = 8;
  static constexpr uint32_t kRoom = 65536;
  struct Progress {
    std::array<uint64_t, kRoom / kBlock / 64> blocks{};  // a bit for each that is there
    uint32_t filled = 0;
    uint32_t total = 0;  // 0: the last one has not come
  };

  uint8_t* Place(uint8_t number) const { return bytes_.get() + size_t{number} * kRoom; }

  std::array<Slot, kSlots> slots_{};
  std::unique_ptr<Progress[]> progress_;
  std::unique_ptr<uint8_t[]> bytes_;
};

}  // namespace rustnet::net
