// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/tags.h"

#include "common/net/packet/link.h"

namespace rustnet::net {
namespace {

// RFC 6325 section 3: version, reserved, multicast, length of the options in words, hops; two
// nicknames; options; an Ethernet frame.
uint16_t SkipTrill(ByteReader* in) {
  const uint16_t bits = in->U16();
  if (bits >> 14 != 0) return 0;
  in->Skip(4 + (bits >> 6 & 0x1f) * size_t{4});
  return kEtherBridged;
}

// linux/batadv_packet.h: type, version, TTL; of unicast a table's version and a destination, of
// broadcast a number and who began it; an Ethernet frame.
uint16_t SkipBatman(ByteReader* in) {
  constexpr uint8_t kVersion = 15, kBroadcast = 0x01, kUnicast = 0x40;
  const uint8_t type = in->U8();
  if (in->U8() != kVersion) return 0;
  switch (type) {
    case kUnicast:
      in->Skip(2 + 6);
      return kEtherBridged;
    case kBroadcast:
      in->Skip(2 + 4 + 6);
      return kEtherBridged;
    default:
      return 0;
  }
}

// IEEE 802.1AE section 9: flags, short length, packet number, perhaps the channel; an EtherType.
// What follows is in clear only without E (encrypted) and C (changed); behind it stand 16 bytes
// that prove it.
uint16_t SkipMacsec(ByteReader* in) {
  constexpr uint8_t kVersion = 0x80, kChannel = 0x20, kEncrypted = 0x08, kChanged = 0x04;
  const uint8_t flags = in->U8();
  if ((flags & (kVersion | kEncrypted | kChanged)) != 0) return 0;
  in->Skip((flags & kChannel) != 0 ? 5 + 8 : 5);
  return in->U16();
}

// RFC 8300 section 2.2: version, flags, TTL, length in words, type of the metadata, next protocol;
// path and index; metadata.
uint16_t SkipNsh(ByteReader* in) {
  const auto header = in->Header<8>();
  const size_t size = (header.U8<1>() & 0x3f) * size_t{4};
  if (header.U8<0>() >> 6 != 0 || size < 8) return 0;
  in->Skip(size - 8);
  return EtherTypeOfNext(header.U8<3>());
}

}  // namespace

uint16_t SkipTag(uint16_t ether_type, ByteReader* in) {
  switch (ether_type) {
    case 0x22f3:
      return SkipTrill(in);
    case 0x4305:
      return SkipBatman(in);
    case 0x88e5:
      return SkipMacsec(in);
    case 0x88e7:  // 802.1ah: 4 bytes, the customer's MAC addresses, EtherType
      in->Skip(4 + 12);
      return in->U16();
    case 0x8903:  // FabricPath: 2 bytes, an Ethernet frame
      in->Skip(2);
      return kEtherBridged;
    case 0x8926:  // VN-Tag (802.1BR): 4 bytes, EtherType
    case 0x892f:  // HSR (IEC 62439-3): path, length and number, EtherType
      in->Skip(4);
      return in->U16();
    case kEtherNsh:
      return SkipNsh(in);
    default:
      return 0;
  }
}

uint16_t EtherTypeOfNext(uint8_t next) {
  switch (next) {
    case 1:
      return kEtherIpv4;
    case 2:
      return kEtherIpv6;
    case 3:
      return kEtherBridged;
    case 4:
      return kEtherNsh;
    case 5:
      return kEtherMpls;
    default:
      return 0;
  }
}

}  // namespace rustnet::net
