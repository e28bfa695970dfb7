// SPDX-License-Identifier: Apache-2.0
// What one frame says, as far as the flow table cares.  Decode fills it; it borrows the frame's
// bytes.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "common/base/bytes.h"
#include "common/base/hash.h"
#include "common/base/ip_address.h"
#include "common/base/time.h"

namespace rustnet::net {

// Link types by their libpcap LINKTYPE_ numbers (https://www.tcpdump.org/linktypes.html).
enum class LinkType : uint16_t {
  kNull = 0,
  kEthernet = 1,
  kPpp = 9,
  kFddi = 10,
  kRawOpenBsd = 12,
  kPppHdlc = 50,
  kPppEther = 51,
  kRaw = 101,
  kChdlc = 104,
  kIeee80211 = 105,
  kFrameRelay = 107,
  kLoop = 108,
  kLinuxSll = 113,
  kRadiotap = 127,
  kPktap1 = 149,
  kIeee802154 = 195,
  kIpv4 = 228,
  kIpv6 = 229,
  kNflog = 239,
  kPktap = 258,
  kLinuxSll2 = 276,
};

// One captured frame.  `bytes` may be shorter than `length` (snaplen).
struct Frame {
  Time time = 0;
  Bytes bytes;
  uint32_t length = 0;  // on the wire (with TSO/GRO: of the super frame)
  LinkType link = LinkType::kEthernet;
  uint8_t handle = 0;  // which capture handle saw it
  bool outgoing =
      false;  // the kernel says this host sent it (sll_pkttype 4); false also where it is not known
};

enum class Protocol : uint8_t {
  kNone,
  kTcp,
  kUdp,
  kIcmp,
  kIcmpv6,
  kIgmp,
  kSctp,
  kGre,
  kEsp,
  kAh,
  kArp,
  kIpOther,  // number: FlowKey::ip_protocol
  kLink,     // no IP: LLDP, STP …; which: FlowKey::ip_protocol is a LinkProtocol
};
// Lower-case name as `rustnetd --flows` prints it: "tcp", "ospf", "ip-253", "lldp".
std::string ProtocolName(Protocol protocol, uint8_t ip_protocol);

enum class LinkProtocol : uint8_t {
  kOther,
  kLldp,
  kCdp,
  kStp,
  kLacp,
  kEapol,
  kPppoeDiscovery,
  kVtp,
  kDtp,
  kRarp,
  kIpx,
  kPpp,  // its control protocols: LCP, IPCP, PAP …
  kHomeplug,
  kCfm,
  kGoose,
  kProfinet,
  kEdp,
  kWpan,  // IEEE 802.15.4
};

// What carries packets in its payload.  The names of `rustnetd --flows` and of the API:
// CarrierName.
enum class Carrier : uint8_t {
  kNone,
  kIpIp,     // IPv4 in IP (RFC 2003, 2473)
  kSixInIp,  // IPv6 in IP (RFC 4213, 2473)
  kGre,
  kAh,  // tunnel mode (RFC 4302)
  kEtherIp,
  kMplsInIp,
  kVxlan,
  kGeneve,
  kGtp,
  kTeredo,
  kL2tp,
  kAyiya,
  kLisp,
  kCapwap,
  kSflow,  // no tunnel: a frame that was sampled elsewhere
};
std::string CarrierName(Carrier carrier);
// Tunnels in tunnels are followed this far.
inline constexpr size_t kMaxCarriers = 4;

// Which way: forward is from the endpoint that began the flow (client, initiator) to the other.
enum class Direction : uint8_t { kForward = 0, kBackward = 1 };
inline Direction Opposite(Direction d) {
  return d == Direction::kForward ? Direction::kBackward : Direction::kForward;
}

// The identity of a flow: symmetric, the lower endpoint (address, then port) stands first.  48
// bytes without padding, so it is compared and hashed as memory.
struct FlowKey {
  std::array<std::array<uint8_t, 16>, 2>
      address{};                   // IpAddress::raw(); MAC (first 6 bytes) if family is 0
  std::array<uint16_t, 2> port{};  // host order; ICMP echo: the id in both; else 0
  uint32_t tunnel = 0;             // 0: outermost; else a hash of the carriers
  Protocol protocol = Protocol::kNone;
  uint8_t ip_protocol = 0;
  uint8_t family = 0;  // 4, 6; 0: no IP
  uint8_t handle = 0;
  uint32_t reserved = 0;

  friend bool operator==(const FlowKey&, const FlowKey&) = default;
  IpAddress ip(size_t end) const {
    return IpAddress(Bytes(address[end]).first(family == 4 ? 4 : family == 6 ? 16 : 0));
  }
};
static_assert(sizeof(FlowKey) == 48);

namespace tcp_flag {
inline constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16, kUrg = 32;
}

struct TcpHeader {
  uint32_t seq = 0;
  uint32_t ack = 0;
  uint16_t window = 0;  // as sent, not scaled
  uint8_t flags = 0;
  int8_t window_scale = -1;  // option 3 (RFC 7323), -1: absent
};

struct IcmpHeader {
  uint8_t type = 0;
  uint8_t code = 0;
  uint16_t sequence = 0;  // echo
};

// Fragments of a datagram that came before its first one, which alone has the ports: they are
// counted with it.
struct EarlierFragments {
  uint32_t packets = 0;
  uint64_t frame_bytes = 0;
  uint64_t ip_bytes = 0;
  uint64_t payload_bytes = 0;  // as Packet::payload_bytes
};

// Decode writes every field; arrays beyond their counts are zero.
struct Packet {
  FlowKey key;
  Time time = 0;
  uint32_t frame_bytes = 0;  // of the whole frame, for inner packets too; of a sampled one its own
  uint32_t ip_bytes = 0;     // IP header and what it carries; 0 without IP
  // TCP, UDP or SCTP payload of this frame on the wire, or what a carrier without ports carries.
  // More than payload.size() if the frame was cut, and in fragments: of these TCP's in order have a
  // `payload` (and tcp.seq), and of other datagrams the one that makes them whole: all of it.
  uint32_t payload_bytes = 0;
  Bytes payload;  // captured part of it, borrowed from the frame or (reassembled) from the Decoder
  uint8_t from = 0;  // index in `key` of the endpoint that sent it
  bool outgoing = false;
  bool fragment = false;  // not the first one: counts, but has no header
  uint8_t depth = 0;      // 0: outermost IP; else how many carriers there are
  uint8_t vlan_count = 0;
  uint8_t arp_operation = 0;
  uint8_t igmp_type = 0;
  std::array<uint16_t, 4> vlans{};               // outermost first; further ones are not kept
  std::array<Carrier, kMaxCarriers> carriers{};  // outermost first
  // Of the innermost: VNI, TEID, GRE key, ERSPAN or L2TP session, LISP instance, radio; 0: none.
  uint32_t carrier_id = 0;
  TcpHeader tcp;
  IcmpHeader icmp;
  MacAddress source_mac{};  // zero where the link has none
  MacAddress destination_mac{};
  EarlierFragments earlier;
};

inline uint64_t HashKey(const FlowKey& key) {
  uint64_t words[6];
  __builtin_memcpy(words, &key, sizeof words);
  return MixHash(MixHash(words[0] ^ words[4], words[1] ^ words[5]),
                 MixHash(words[2], words[3] + 1));
}

}  // namespace rustnet::net
