// SPDX-License-Identifier: Apache-2.0
// Where interfaces cannot be listed yet: says so.
#include "daemon/seal/interfaces.h"

namespace rustnet {
namespace {

Status NotHere() { return Unimplemented("interfaces cannot be listed on this platform yet"); }

}  // namespace

int LinkTypeOfHardware(uint16_t) { return 0; }
StatusOr<UniqueFd> OpenLinkEvents() { return NotHere(); }
StatusOr<UniqueFd> OpenLinkDump() { return NotHere(); }
StatusOr<std::vector<NetworkInterface>> DumpInterfaces(int) { return NotHere(); }
StatusOr<std::vector<NetworkInterface>> ListInterfaces() { return NotHere(); }
StatusOr<uint32_t> DefaultRouteInterface(int) { return NotHere(); }
LinkNews ReadLinkEvents(int, std::vector<NetworkInterface>*) { return LinkNews::kNone; }
bool ApplyLinkMessages(Bytes, std::vector<NetworkInterface>*) { return false; }

}  // namespace rustnet
