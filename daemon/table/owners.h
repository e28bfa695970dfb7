// SPDX-License-Identifier: Apache-2.0
// Whose the two ends of a flow are.  An address of this host is asked for in the host's namespace;
// any other only by its whole tuple in one other namespace; a translated end by the tuple that its
// own socket has.  What is found there also tells which end is the local one.
#pragma once

#include <optional>

#include "daemon/attribution/attribution.h"
#include "daemon/nat/nat.h"
#include "daemon/table/local_network.h"
#include "daemon/table/record.h"

namespace rustnet {

struct OwnerSources {
  Attribution* attribution = nullptr;
  const Nat* nat = nullptr;  // may be null
  const LocalNetwork* network = nullptr;
  bool containers = false;  // the remote end may be a container's here
  Time monotonic = 0;
};

struct OwnerQuestion {
  const net::FlowKey* key = nullptr;
  uint8_t initiator = 0;    // index in `key`
  Orientation orientation;  // as addresses alone tell it, or as it is known
  uint64_t netns = 0;       // of the capture
  Duration age = 0;         // of the flow
};

struct Owners {
  Orientation orientation;
  std::optional<Owner> owner;  // of the local end; none: no socket sends or receives this
  std::optional<Owner> peer;   // of the remote end, if that is local too
};

// REQUIRES: sources.attribution, sources.network.
Owners Ask(const OwnerQuestion& question, const OwnerSources& sources);

bool SameParty(const Party& party, const Owner& owner);
void SetParties(Record* record, Owners answer);

// When an owner that is not known is worth another question; none: never.
std::optional<Duration> AskAgainAfter(const Owners& answer, Duration age, bool containers);

}  // namespace rustnet
