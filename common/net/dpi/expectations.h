// SPDX-License-Identifier: Apache-2.0
// What one flow says of another that is to come: FTP of its data connection, TFTP of the transfer,
// SIP and RTSP of the media.  An endpoint is expected to speak a protocol for two minutes of
// capture time. Bounded: a full set forgets its oldest.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/base/ip_address.h"
#include "common/base/time.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

struct Dissector;

struct Expectation {
  IpAddress address;
  uint16_t port = 0;
  Protocol transport = Protocol::kTcp;
  std::string_view protocol;  // see FindExpected (inspection.h)
  Time since = 0;
};

class Expectations {
 public:
  static constexpr Duration kLast = Duration{120} * kSecond;

  // Kept, and told to other workers (TakeFresh).
  void Add(const Expectation& expectation);
  // As another worker has it.
  void Learn(const Expectation& expectation);
  // The row that one of the two ends is expected to speak; null: none.
  const Dissector* Find(const FlowKey& key, Time now) const;
  // What was added since the last call, at most kMostFresh; others were not told.
  std::vector<Expectation> TakeFresh();
  void Clear();
  // Ever: forgotten before their time for want of room, or not told.
  uint64_t lost() const { return lost_; }

 private:
  static constexpr size_t kWays = 4;
  static constexpr size_t kSets = 512;
  static constexpr size_t kMostFresh = 1024;
  struct Entry {
    IpAddress address;
    uint16_t port = 0;
    Protocol transport = Protocol::kNone;
    const Dissector* row = nullptr;
    Time since = 0;
  };
  static size_t SetOf(const IpAddress& address, uint16_t port, Protocol transport);

  std::vector<Entry> entries_;  // empty until there is one
  std::vector<Expectation> fresh_;
  uint64_t lost_ = 0;
};

}  // namespace rustnet::net
