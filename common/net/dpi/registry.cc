// SPDX-License-Identifier: Apache-2.0
// To add a protocol: write <name>.cc, its line in dissectors.h, its row here, <name>_test.cc.
// Order matters only between rows that can match the same bytes: the stronger proof stands first.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/inspection.h"

namespace rustnet::net {
namespace {

constexpr Protocol kTcp = Protocol::kTcp;
constexpr Protocol kUdp = Protocol::kUdp;

// clang-format off
constexpr Dissector kDissectors[] = {
    // name       transport ports          any_port probe       start         source
    {"http",      kTcp, {80, 8080, 8000, 3128}, true, &ProbeHttp, &StartHttp, "RFC 9112"},
    {"tls",       kTcp, {},                true,  &ProbeTls,     &StartTls,    "RFC 8446, RFC 5246"},
    {"tls",       kTcp, {443, 636, 853, 989, 990, 993, 995, 8443}, false, &ProbeTlsPort, &StartTls, "RFC 8446"},
    {"ssh",       kTcp, {},                true,  &ProbeSsh,     &StartSsh,    "RFC 4253"},
    {"ssh",       kTcp, {22},              false, &ProbeSshPort, &StartSsh,    "RFC 4253"},
    {"dns",       kTcp, {53},              false, &ProbeDnsTcpPort, &StartDnsTcp, "RFC 7766"},
    {"dns",       kTcp, {},                true,  &ProbeDnsTcp,  &StartDnsTcp, "RFC 7766"},
    {"websocket", kTcp, {},                false, nullptr,       nullptr,      "RFC 6455"},
    {"mqtt",      kTcp, {},                true,  &ProbeMqtt,    &StartMqtt,   "OASIS MQTT 5.0"},
    {"mqtt",      kTcp, {1883},            false, &ProbeMqttPort, &StartMqtt,  "OASIS MQTT 5.0"},
    {"bittorrent", kTcp, {},               true,  &ProbeBittorrent, &StartBittorrent, "BEP 3"},
    {"ftp",       kTcp, {},                true,  &ProbeFtp,     &StartFtp,    "RFC 959"},
    {"ftp",       kTcp, {21},              false, &ProbeFtpPort, &StartFtp,    "RFC 959"},
    {"rdp",       kTcp, {3389},            false, &ProbeRdp,     &StartRdp,    "MS-RDPBCGR"},

    {"mdns",      kUdp, {5353},            false, &ProbeDnsPort, &StartMdns,   "RFC 6762"},
    {"llmnr",     kUdp, {5355},            false, &ProbeDnsPort, &StartMdns,   "RFC 4795"},
    {"netbios-ns", kUdp, {137},            false, &ProbeNetbiosNs, &StartNetbiosNs, "RFC 1002"},
    {"netbios-dgm", kUdp, {138},           false, &ProbeNetbiosDgm, &StartNetbiosDgm, "RFC 1002"},
    {"ntp",       kUdp, {123},             false, &ProbeNtp,     &StartNtp,    "RFC 5905"},
    {"dhcp",      kUdp, {67, 68},          false, &ProbeDhcp,    &StartDhcp,   "RFC 2131"},
    {"ssdp",      kUdp, {1900},            false, &ProbeSsdp,    &StartSsdp,   "UPnP Device Architecture 2.0"},
    {"stun",      kUdp, {},                true,  &ProbeStun,    &StartStun,   "RFC 8489"},
    {"snmp",      kUdp, {161, 162},        true,  &ProbeSnmp,    &StartSnmp,   "RFC 3416"},
    {"bittorrent", kUdp, {},               true,  &ProbeBtDht,   &StartBtDatagrams, "BEP 5"},
    {"bittorrent", kUdp, {},               true,  &ProbeUtp,     &StartBtDatagrams, "BEP 29"},
    {"dns",       kUdp, {53},              false, &ProbeDnsPort, &StartDns,    "RFC 1035"},
    {"dns",       kUdp, {},                true,  &ProbeDns,     &StartDns,    "RFC 1035"},
};
// clang-format on

}  // namespace

std::span<const Dissector> Registry() { return kDissectors; }

}  // namespace rustnet::net
