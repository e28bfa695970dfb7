// SPDX-License-Identifier: Apache-2.0
// What the layers of common/net/packet hand to each other; not for use outside of it.
//
// Each layer reads from where the one around it stopped, and can be entered at any depth: a tunnel
// is a transport that enters a link or network layer again, with the next Packet.
#pragma once

#include "common/base/byte_reader.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

class FragmentTable;

// What a link layer carries.
enum class Network : uint8_t { kMalformed, kIpv4, kIpv6, kArp, kLink };
struct LinkContent {
  Network network = Network::kMalformed;
  LinkProtocol protocol = LinkProtocol::kOther;  // with kLink
};

enum class Outcome : uint8_t { kMalformed, kPacket, kWaiting };

// What every layer knows of its frame.
struct Layer {
  uint32_t cut = 0;     // bytes on the wire behind the last captured one
  uint32_t tunnel = 0;  // FlowKey::tunnel
  uint8_t handle = 0;
  FragmentTable* fragments = nullptr;
};

// What IP carries: `wire` bytes, of which `bytes` were captured.
struct Segment {
  Bytes bytes;
  uint32_t wire = 0;  // >= bytes.size()
};

// Where the ends of a packet stand in its key.
struct Transport {
  Protocol protocol = Protocol::kIpOther;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
};

}  // namespace rustnet::net
