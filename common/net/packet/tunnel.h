// SPDX-License-Identifier: Apache-2.0
// Tunnels: packets in the payload of others; and sFlow's samples, which look alike.  A tunnel over
// UDP is known by its port and its header; others by the number of their protocol.
//
// Numbers: https://www.iana.org/assignments/protocol-numbers and service-names-port-numbers.
#pragma once

#include <optional>

#include "common/net/packet/link.h"
#include "common/net/packet/sflow_samples.h"
#include "common/net/packet/transport.h"

namespace rustnet::net {

// What follows a tunnel's header.
struct TunnelHeader {
  Carrier carrier = Carrier::kNone;  // kNone: no such header
  uint16_t ether_type = 0;           // of what is carried; 0: nothing is (control, keep-alive)
  uint32_t id = 0;                   // see Packet::carrier_id
  bool one_network = false;          // both ways have the same id, and others are other networks
};

inline constexpr uint16_t kEtherPpp = 0x880b;
inline constexpr uint16_t kEtherWireless = 0xfffe;  // an IEEE 802.11 frame; not a registered number

inline constexpr uint16_t kVxlanPort = 4789, kVxlanLinuxPort = 8472, kVxlanGpePort = 4790,
                          kGenevePort = 6081, kGtpUserPort = 2152, kTeredoPort = 3544,
                          kL2tpPort = 1701, kAyiyaPort = 5072, kLispPort = 4341, kGrePort = 4754,
                          kMplsPort = 6635, kCapwapPort = 5247, kSflowPort = 6343;

// Each takes its header off `in`, which has failed if it is cut.
TunnelHeader ReadVxlan(ByteReader* in);      // RFC 7348
TunnelHeader ReadVxlanGpe(ByteReader* in);   // draft-ietf-nvo3-vxlan-gpe
TunnelHeader ReadGeneve(ByteReader* in);     // RFC 8926
TunnelHeader ReadGtpUser(ByteReader* in);    // 3GPP TS 29.281
TunnelHeader ReadTeredo(ByteReader* in);     // RFC 4380 section 5.1.1
TunnelHeader ReadL2tp(ByteReader* in);       // RFC 2661 section 3.1
TunnelHeader ReadAyiya(ByteReader* in);      // draft-massar-v6ops-ayiya-02
TunnelHeader ReadLisp(ByteReader* in);       // RFC 9300 section 5, RFC 9305
TunnelHeader ReadGreInUdp(ByteReader* in);   // RFC 8086
TunnelHeader ReadMplsInUdp(ByteReader* in);  // RFC 7510
TunnelHeader ReadCapwap(ByteReader* in);     // RFC 5415 section 4.3

// The ports of tunnels over UDP, each in a slot of its own.
class TunnelPorts {
 public:
  constexpr TunnelPorts() {
    for (const uint16_t port : kAll) slots_[SlotOf(port)] = port;
  }
  constexpr bool Has(uint16_t port) const { return slots_[SlotOf(port)] == port; }
  constexpr bool HasAll() const {
    for (const uint16_t port : kAll) {
      if (!Has(port)) return false;
    }
    return true;
  }

 private:
  static constexpr uint16_t kAll[] = {
      kVxlanPort, kVxlanLinuxPort, kVxlanGpePort, kGenevePort, kGtpUserPort, kTeredoPort, kL2tpPort,
      kAyiyaPort, kLispPort,       kGrePort,      kMplsPort,   kCapwapPort,  kSflowPort};
  static constexpr size_t SlotOf(uint16_t port) { return (port ^ port >> 4) % 64; }

  std::array<uint16_t, 64> slots_{};
};
inline constexpr TunnelPorts kTunnelPorts;
static_assert(kTunnelPorts.HasAll() && !kTunnelPorts.Has(53));

// Whether EnterTunnel is worth a call; asked for every packet.
[[gnu::always_inline]] inline bool MayCarry(const Packet& packet) {
  const FlowKey& key = packet.key;
  if (key.protocol == Protocol::kTcp) return false;
  if (key.protocol == Protocol::kUdp) {
    return kTunnelPorts.Has(key.port[0]) || kTunnelPorts.Has(key.port[1]);
  }
  return key.protocol >= Protocol::kGre;
}

// Goes through the tunnel header in `outer`'s payload and the link layers behind it: `in` is left
// at the network layer, `layer` is made that of what is carried and `inner` is begun as its packet.
// Nothing: `outer` is no tunnel's, or carries nothing.
std::optional<LinkContent> EnterTunnel(const Packet& outer, ByteReader* in, Layer* layer,
                                       Packet* inner);

// The same for a frame that an sFlow datagram (`outer`) has a sample of.
LinkContent EnterSample(const Packet& outer, const SampledFrame& sample, ByteReader* in,
                        Layer* layer, Packet* inner);
inline bool IsSflow(const FlowKey& key) {
  return key.protocol == Protocol::kUdp && (key.port[0] == kSflowPort || key.port[1] == kSflowPort);
}

}  // namespace rustnet::net
