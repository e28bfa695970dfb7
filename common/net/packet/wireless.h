// SPDX-License-Identifier: Apache-2.0
// IEEE 802.11 and 802.15.4 frames as a monitor interface gives them.  What is encrypted stays
// closed.
#pragma once

#include "common/net/packet/layer.h"

namespace rustnet::net {

// kData: an LLC header follows.  kOther: management, control, encrypted or empty.
enum class WirelessFrame : uint8_t { kMalformed, kData, kOther };

// https://www.radiotap.org: version, pad, length (little-endian), fields.  False: malformed.
bool SkipRadiotap(ByteReader* in);
WirelessFrame SkipIeee80211(ByteReader* in, Packet* packet);

// IEEE 802.15.4-2020 7.2: addresses of two or eight bytes, given as MAC addresses: short ones in
// the last bytes, long ones without the fffe in the middle or without their first two bytes.
bool SkipIeee802154(ByteReader* in, Packet* packet);

}  // namespace rustnet::net
