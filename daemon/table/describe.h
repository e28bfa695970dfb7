// SPDX-License-Identifier: Apache-2.0
// A record as a client sees it: texts, names, the best known of several sources.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/model/connection.h"
#include "daemon/table/local_network.h"
#include "daemon/table/record.h"

namespace rustnet {

// What a row needs to know beyond itself.
struct Surroundings {
  struct Handle {
    std::string interface;
    uint64_t netns = 0;  // cookie; 0: the host's
    uint32_t index = 0;  // of the interface; 0: not known
  };
  std::array<Handle, 256> handles;
  LocalNetwork network;
  Links links;
  // The usual service of a port ("https"), or empty.
  std::string_view (*service)(uint16_t port, net::Protocol protocol) = nullptr;
};

// The state of the local end, from a flow's state.
model::State StateOf(const net::FlowView& flow, uint8_t local);

// Overwrites `out`, reusing its memory.  Detail: also what only GetConnection shows.
void Describe(const Record& record, const Surroundings& around, model::Extent extent,
              model::Connection* out);

// model::MaskFor would take something away.
bool NeedsMask(const Record& record, uint32_t uid);

}  // namespace rustnet
