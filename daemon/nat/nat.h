// SPDX-License-Identifier: Apache-2.0
// Which tuple becomes which other by the host's address translation.  Fed by conntrack's netlink
// events through sockets that the seal opened; used by one thread, at the tick.
#pragma once

#include <cstdint>
#include <memory>

#include "common/base/time.h"
#include "common/net/packet/packet.h"
#include "daemon/attribution/attribution.h"
#include "daemon/seal/handles.h"

namespace rustnet {

// One translated connection: as it is before the host, and as it is behind.  In both keys handle is
// 0; `*_source`: the end that began.
struct Translation {
  net::FlowKey original;
  net::FlowKey translated;
  uint8_t original_source = 0;
  uint8_t translated_source = 0;
};

struct NatCounters {
  uint64_t events = 0;        // messages read, untranslated connections among them
  uint64_t lost = 0;          // times that the kernel said it had lost some
  uint64_t malformed = 0;     // messages that could not be read
  uint64_t translations = 0;  // known now, ended ones of the last minutes with them
  uint64_t forgotten = 0;     // for want of room
};

class Nat {
 public:
  virtual ~Nat() = default;

  // Reads what has come.  `now`: monotonic.
  virtual void Poll(Time now) = 0;
  // By either of its keys, whatever the handle; null: not translated, as far as is known.  Valid
  // until the next Poll.
  virtual const Translation* Find(const net::FlowKey& key) const = 0;
  // When events were lost last, monotonic; 0: never.
  virtual Time lost_at() const = 0;
  virtual BackendState backend() const = 0;
  virtual NatCounters counters() const = 0;
};

// Never null: where conntrack cannot be read, one that knows nothing and says why.
std::unique_ptr<Nat> MakeNat(const Handles& handles);

}  // namespace rustnet
