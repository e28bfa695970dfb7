// SPDX-License-Identifier: Apache-2.0
#include "common/net/packet/packet.h"

namespace rustnet::net {
namespace {

std::string LinkName(LinkProtocol protocol) {
  switch (protocol) {
    case LinkProtocol::kLldp:
      return "lldp";
    case LinkProtocol::kCdp:
      return "cdp";
    case LinkProtocol::kStp:
      return "stp";
    case LinkProtocol::kLacp:
      return "lacp";
    case LinkProtocol::kEapol:
      return "eapol";
    case LinkProtocol::kPppoeDiscovery:
      return "pppoe";
    case LinkProtocol::kVtp:
      return "vtp";
    case LinkProtocol::kDtp:
      return "dtp";
    case LinkProtocol::kRarp:
      return "rarp";
    case LinkProtocol::kIpx:
      return "ipx";
    case LinkProtocol::kPpp:
      return "ppp";
    case LinkProtocol::kHomeplug:
      return "homeplug";
    case LinkProtocol::kCfm:
      return "cfm";
    case LinkProtocol::kGoose:
      return "goose";
    case LinkProtocol::kProfinet:
      return "profinet";
    case LinkProtocol::kEdp:
      return "edp";
    case LinkProtocol::kWpan:
      return "wpan";
    case LinkProtocol::kOther:
      break;
  }
  return "link";
}

// https://www.iana.org/assignments/protocol-numbers, those that are met as flows.
std::string IpProtocolName(uint8_t number) {
  switch (number) {
    case 4:
      return "ipip";
    case 33:
      return "dccp";
    case 41:
      return "6in4";
    case 88:
      return "eigrp";
    case 89:
      return "ospf";
    case 103:
      return "pim";
    case 112:
      return "vrrp";
    case 115:
      return "l2tpv3";
    case 136:
      return "udplite";
    default:
      return "ip-" + std::to_string(number);
  }
}

}  // namespace

std::string CarrierName(Carrier carrier) {
  switch (carrier) {
    case Carrier::kNone:
      break;
    case Carrier::kIpIp:
      return "ipip";
    case Carrier::kSixInIp:
      return "6in4";
    case Carrier::kGre:
      return "gre";
    case Carrier::kAh:
      return "ah";
    case Carrier::kEtherIp:
      return "etherip";
    case Carrier::kMplsInIp:
      return "mpls-in-ip";
    case Carrier::kVxlan:
      return "vxlan";
    case Carrier::kGeneve:
      return "geneve";
    case Carrier::kGtp:
      return "gtp";
    case Carrier::kTeredo:
      return "teredo";
    case Carrier::kL2tp:
      return "l2tp";
    case Carrier::kAyiya:
      return "ayiya";
    case Carrier::kLisp:
      return "lisp";
    case Carrier::kCapwap:
      return "capwap";
    case Carrier::kSflow:
      return "sflow";
  }
  return "none";
}

std::string ProtocolName(Protocol protocol, uint8_t ip_protocol) {
  switch (protocol) {
    case Protocol::kNone:
      return "none";
    case Protocol::kTcp:
      return "tcp";
    case Protocol::kUdp:
      return "udp";
    case Protocol::kIcmp:
      return "icmp";
    case Protocol::kIcmpv6:
      return "icmpv6";
    case Protocol::kIgmp:
      return "igmp";
    case Protocol::kSctp:
      return "sctp";
    case Protocol::kGre:
      return "gre";
    case Protocol::kEsp:
      return "esp";
    case Protocol::kAh:
      return "ah";
    case Protocol::kArp:
      return "arp";
    case Protocol::kIpOther:
      return IpProtocolName(ip_protocol);
    case Protocol::kLink:
      return LinkName(static_cast<LinkProtocol>(ip_protocol));
  }
  return "none";
}

}  // namespace rustnet::net
