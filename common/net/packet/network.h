// SPDX-License-Identifier: Apache-2.0
// IPv4, IPv6, ARP, and protocols without IP: what makes the key of a packet.
#pragma once

#include "common/net/packet/layer.h"

namespace rustnet::net {

// `bytes` begin with the header.  Each writes `packet->key` and what it knows of the
// lengths.  kWaiting: a later fragment was counted, its first one has not come.
Outcome DecodeIpv4(const Layer& layer, Bytes bytes, Packet* packet);
Outcome DecodeIpv6(const Layer& layer, Bytes bytes, Packet* packet);
Outcome DecodeArp(const Layer& layer, Bytes bytes, Packet* packet);
// A flow between MAC addresses.
Outcome DecodeLinkProtocol(const Layer& layer, LinkProtocol protocol, Packet* packet);

}  // namespace rustnet::net
