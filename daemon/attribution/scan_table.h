// SPDX-License-Identifier: Apache-2.0
// What walks of /proc have shown: which process has which socket.  Fed with the scan broker's
// messages (daemon/broker/scan_message.h); the texts in them are made by whoever runs here, so they
// are read with as little trust as a packet.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/time.h"
#include "daemon/attribution/attribution.h"

namespace rustnet {

class ScanTable {
 public:
  // A message of the walk under way.  True if it was the last one: what the walk has shown then
  // takes the place of what was known.
  bool Add(Bytes message);

  // Who had the socket at the last walk.  Several may: of a connection the youngest, which is the
  // one that was started to serve it, of a socket that waits (`bound`) the oldest, which made it.
  // Null: nobody.
  std::shared_ptr<const ProcessInfo> Find(uint32_t inode, bool bound) const;

  size_t processes() const { return processes_.size(); }
  uint64_t malformed() const { return malformed_; }

 private:
  struct Holders {
    std::shared_ptr<const ProcessInfo> oldest;
    std::shared_ptr<const ProcessInfo> youngest;
  };
  struct Seen {
    std::shared_ptr<ProcessInfo> info;
    uint32_t parent = 0;
  };
  using Processes = std::unordered_map<uint32_t, Seen>;

  void Finish();
  void FindParents(const Seen& seen);

  Processes processes_;  // by pid, of the last walk
  std::unordered_map<uint32_t, Holders> holders_;

  // The walk under way.
  Processes seen_;
  std::vector<std::pair<uint32_t, uint32_t>> sockets_;  // inode, pid
  uint64_t malformed_ = 0;
};

}  // namespace rustnet
