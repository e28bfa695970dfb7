// SPDX-License-Identifier: Apache-2.0
// Connection ids that QUIC endpoints gave themselves in handshakes that were seen: what a datagram
// with a short header belongs to, if its addresses are new (RFC 9000 section 9: a NAT rebound, a
// client moved) or its flow had been forgotten.  Ids that were given under encryption, and those
// that another worker saw, are not known here.
//
// Bounded: the ids used last, each with three texts that were cut.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "common/net/dpi/quic_packet.h"

namespace rustnet::net {

class QuicIds {
 public:
  static constexpr size_t kMost = 10'000;
  static constexpr size_t kShortest = 4;       // a shorter one would be met by chance
  static constexpr size_t kLongestText = 255;  // of a Connection's

  // What both its ids lead to.
  struct Connection {
    std::string version = {};
    std::string sni = {};
    std::string alpn = {};  // the first offered
    uint32_t idle_timeout_ms = 0;
  };

  // `seed`: not known to who chooses the ids.
  explicit QuicIds(uint64_t seed = 0) : index_(0, Hash{seed}) {}

  // Of two connections with one id the last counts.
  void Learn(Bytes id, const std::shared_ptr<const Connection>& connection);
  // Whose id a datagram with a short header begins with; null: nobody's.  Allocates nothing.
  const Connection* Find(Bytes datagram);

  size_t size() const { return index_.size(); }
  uint64_t forgotten() const { return forgotten_; }  // ever, for want of room
  void Clear();

 private:
  struct Id {
    std::array<uint8_t, kLongestQuicId> bytes{};
    uint8_t size = 0;
    friend bool operator==(const Id&, const Id&) = default;
  };
  struct Hash {
    uint64_t seed;
    size_t operator()(const Id& id) const;
  };
  struct Entry {
    Id id;
    std::shared_ptr<const Connection> connection;
  };
  static Id IdOf(Bytes bytes);
  void Forget(std::list<Entry>::iterator entry);

  std::list<Entry> entries_;  // used last first
  std::unordered_map<Id, std::list<Entry>::iterator, Hash> index_;
  std::array<uint32_t, kLongestQuicId + 1> by_size_{};  // how many ids have it
  uint64_t forgotten_ = 0;
};

}  // namespace rustnet::net
