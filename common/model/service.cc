// SPDX-License-Identifier: Apache-2.0
#include "common/model/service.h"

#include <algorithm>
#include <iterator>

namespace rustnet::model {
namespace {

struct Service {
  uint16_t port;
  std::string_view name;
};

// By port.  The same name over TCP and UDP, as the registry assigns them.
constexpr Service kServices[] = {
    {7, "echo"},
    {20, "ftp-data"},
    {21, "ftp"},
    {22, "ssh"},
    {23, "telnet"},
    {25, "smtp"},
    {43, "whois"},
    {49, "tacacs"},
    {53, "domain"},
    {67, "bootps"},
    {68, "bootpc"},
    {69, "tftp"},
    {80, "http"},
    {88, "kerberos"},
    {110, "pop3"},
    {111, "sunrpc"},
    {119, "nntp"},
    {123, "ntp"},
    {135, "epmap"},
    {137, "netbios-ns"},
    {138, "netbios-dgm"},
    {139, "netbios-ssn"},
    {143, "imap"},
    {161, "snmp"},
    {162, "snmptrap"},
    {179, "bgp"},
    {194, "irc"},
    {389, "ldap"},
    {443, "https"},
    {445, "microsoft-ds"},
    {465, "submissions"},
    {500, "isakmp"},
    {502, "mbap"},
    {514, "syslog"},
    {515, "printer"},
    {520, "router"},
    {546, "dhcpv6-client"},
    {547, "dhcpv6-server"},
    {554, "rtsp"},
    {587, "submission"},
    {631, "ipp"},
    {636, "ldaps"},
    {853, "domain-s"},
    {873, "rsync"},
    {989, "ftps-data"},
    {990, "ftps"},
    {993, "imaps"},
    {995, "pop3s"},
    {1080, "socks"},
    {1194, "openvpn"},
    {1433, "ms-sql-s"},
    {1521, "ncube-lm"},
    {1701, "l2tp"},
    {1723, "pptp"},
    {1812, "radius"},
    {1813, "radius-acct"},
    {1883, "mqtt"},
    {1900, "ssdp"},
    {2049, "nfs"},
    {2375, "docker"},
    {2376, "docker-s"},
    {2379, "etcd-client"},
    {3128, "squid"},
    {3260, "iscsi-target"},
    {3306, "mysql"},
    {3389, "ms-wbt-server"},
    {3478, "stun"},
    {4369, "epmd"},
    {4500, "ipsec-nat-t"},
    {4789, "vxlan"},
    {5060, "sip"},
    {5061, "sips"},
    {5222, "xmpp-client"},
    {5269, "xmpp-server"},
    {5349, "stuns"},
    {5353, "mdns"},
    {5355, "llmnr"},
    {5432, "postgresql"},
    {5671, "amqps"},
    {5672, "amqp"},
    {5900, "rfb"},
    {6379, "redis"},
    {6443, "kube-api"},
    {6667, "ircu"},
    {8080, "http-alt"},
    {8443, "pcsync-https"},
    {8883, "secure-mqtt"},
    {9092, "kafka"},
    {9418, "git"},
    {11211, "memcache"},
    {27017, "mongodb"},
    {51820, "wireguard"},
};

std::string_view ByPort(uint32_t port) {
  const auto found = std::lower_bound(std::begin(kServices), std::end(kServices), port,
                                      [](const Service& s, uint32_t p) { return s.port < p; });
  return found != std::end(kServices) && found->port == port ? found->name : std::string_view();
}

}  // namespace

std::string_view ServiceName(const Connection& connection) {
  switch (connection.protocol) {
    case Protocol::kTcp:
    case Protocol::kUdp:
    case Protocol::kSctp:
      break;
    default:
      return {};  // the number is an echo id, or none
  }
  const std::string_view remote = ByPort(connection.remote.port);
  return remote.empty() ? ByPort(connection.local.port) : remote;
}

}  // namespace rustnet::model
