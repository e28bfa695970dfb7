// SPDX-License-Identifier: Apache-2.0
// Headers between Ethernet's and what it carries, which say themselves what follows: VN-Tag,
// 802.1ah, FabricPath, TRILL, batman-adv, HSR, MACsec without encryption, NSH.
//
// EtherTypes: IEEE registration authority.
#pragma once

#include "common/base/byte_reader.h"

namespace rustnet::net {

// Takes the header that `ether_type` announces off `in`, which has failed if it is cut, and returns
// the EtherType of what follows.  0: no such header, or what it carries is not to be read.
uint16_t SkipTag(uint16_t ether_type, ByteReader* in);

// The EtherType of the numbers that NSH (RFC 8300 section 2.2), LISP (RFC 9305) and VXLAN-GPE have
// for what follows; 0: another.
uint16_t EtherTypeOfNext(uint8_t next);

}  // namespace rustnet::net
