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

// Of 802.15.4, where bytes stand in reverse; `mode` 2: short, 3: long.
MacAddress TakeWpanAddress(uint8_t mode, ByteReader* in) {
  MacAddress mac{};
  if (mode == 2) {
    const uint16_t address = in->Le16();
    mac[4] = static_cast<uint8_t>(address >> 8);
    mac[5] = static_cast<uint8_t>(address);
  } else if (mode == 3) {
    const uint64_t address = in->Le64();
    const bool from_mac = (address >> 24 & 0xffff) == 0xfffe;
    const uint64_t kept =
        from_mac ? (address >> 40 << 24 | (address & 0xffffff)) : address & 0xffffffffffff;
    for (size_t i = 0; i < mac.size(); ++i) mac[i] = static_cast<uint8_t>(kept >> (40 - 8 * i));
  }
  return mac;
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
  bool aggregate = false;
  if (qos) {
    aggregate = (in->U8() & 0x80) != 0;
    in->Skip(order ? 5 : 1);
  }
  if (aggregate && !encrypted) {  // 9.3.2.2.2: of several frames in one the first is read
    packet->destination_mac = TakeMac(in);
    packet->source_mac = TakeMac(in);
    in->Skip(2);
  }
  if (!in->ok()) return WirelessFrame::kMalformed;
  return encrypted || empty ? WirelessFrame::kOther : WirelessFrame::kData;
}

bool SkipIeee802154(ByteReader* in, Packet* packet) {
  const uint16_t control = in->Le16();
  const bool one_network = (control & 0x0040) != 0;
  const auto to = static_cast<uint8_t>(control >> 10 & 3);
  const auto from = static_cast<uint8_t>(control >> 14);
  const bool numbered = (control >> 12 & 3) < 2 || (control & 0x0100) == 0;
  if (numbered) in->Skip(1);
  if (to != 0) {
    in->Skip(2);
    packet->destination_mac = TakeWpanAddress(to, in);
  }
  if (from != 0) {
    if (!one_network) in->Skip(2);
    packet->source_mac = TakeWpanAddress(from, in);
  }
  return in->ok();
}

}  // namespace rustnet::net
