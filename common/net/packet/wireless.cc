// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/wireless.h"

namespace rustnet::net {
namespace {

MacAddress TakeMac(ByteReader* in) {
  MacAddress mac;
  in->Header<6>().CopyTo<0>(&mac);
  return mac;
}

}  // namespace

bool SkipRadiotap(ByteReader* in) {
  const uint8_t version = in->U8();
  in->Skip(1);
  const uint16_t length = in->Le16();
  if (!in->ok() || version != 0 || length < 4) return false;
  in->Skip(length - size_t{4});
  return in->ok();
}

// IEEE 802.11-2020 9.2.3: frame control, duration, three addresses, sequence, perhaps a fourth
// address, QoS and HT control.  Which address is whose depends on the direction (table 9-30).
WirelessFrame SkipIeee80211(ByteReader* in, Packet* packet) {
  const uint8_t kind = in->U8();
  const uint8_t flags = in->U8();
  in->Skip(2);
  const bool to_ds = (flags & 0x01) != 0;
  const bool from_ds = (flags & 0x02) != 0;
  const bool encrypted = (flags & 0x40) != 0;
  const bool order = (flags & 0x80) != 0;
  const bool data = (kind & 0x0c) == 0x08;
  const bool qos = (kind & 0x80) != 0;
  const bool empty = (kind & 0x40) != 0;
  const MacAddress first = TakeMac(in);
  if (!in->ok()) return WirelessFrame::kMalformed;
  packet->destination_mac = first;
  const MacAddress second = TakeMac(in);
  if (!in->ok()) return WirelessFrame::kOther;  // an acknowledgement has only one
  packet->source_mac = second;
  if (!data) return WirelessFrame::kOther;
  const MacAddress third = TakeMac(in);
  in->Skip(2);
  if (to_ds) packet->destination_mac = third;
  if (from_ds) packet->source_mac = to_ds ? TakeMac(in) : third;
  if (qos) in->Skip(order ? 6 : 2);
  if (!in->ok()) return WirelessFrame::kMalformed;
  return encrypted || empty ? WirelessFrame::kOther : WirelessFrame::kData;
}

}  // namespace rustnet::net
