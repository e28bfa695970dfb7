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
    {"smtp",      kTcp, {},                true,  &ProbeSmtp,    &StartSmtp,   "RFC 5321"},
    {"smtp",      kTcp, {25, 587, 2525, 24}, false, &ProbeSmtpPort, &StartSmtp, "RFC 5321"},
    {"pop3",      kTcp, {},                true,  &ProbePop,     &StartPop,    "RFC 1939"},
    {"pop3",      kTcp, {110},             false, &ProbePopPort, &StartPop,    "RFC 1939"},
    {"imap",      kTcp, {},                true,  &ProbeImap,    &StartImap,   "RFC 9051"},
    {"imap",      kTcp, {143},             false, &ProbeImapPort, &StartImap,  "RFC 9051"},
    {"nntp",      kTcp, {},                true,  &ProbeNntp,    &StartNntp,   "RFC 3977"},
    {"nntp",      kTcp, {119, 433},        false, &ProbeNntpPort, &StartNntp,  "RFC 3977"},
    {"sip",       kTcp, {5060},            true,  &ProbeSip,     &StartSip,    "RFC 3261"},
    {"rtsp",      kTcp, {554, 8554},       true,  &ProbeRtsp,    &StartRtsp,   "RFC 2326"},
    {"mysql",     kTcp, {},                true,  &ProbeMysql,   &StartMysql,  "MySQL Client/Server Protocol"},
    {"mysql",     kTcp, {3306},            false, &ProbeMysqlPort, &StartMysql, "MySQL Client/Server Protocol"},
    {"redis",     kTcp, {},                true,  &ProbeRedis,   &StartRedis,  "Redis serialization protocol"},
    {"redis",     kTcp, {6379, 6380},      false, &ProbeRedisPort, &StartRedis, "Redis serialization protocol"},
    {"postgresql", kTcp, {},               true,  &ProbePostgresql, &StartPostgresql, "PostgreSQL Frontend/Backend Protocol"},
    {"postgresql", kTcp, {5432},           false, &ProbePostgresqlPort, &StartPostgresql, "PostgreSQL Frontend/Backend Protocol"},
    {"irc",       kTcp, {},                true,  &ProbeIrc,     &StartIrc,    "RFC 2812"},
    {"irc",       kTcp, {6667, 6666, 6668, 6669, 6665, 6660, 7000}, false, &ProbeIrcPort, &StartIrc, "RFC 2812"},
    {"telnet",    kTcp, {},                true,  &ProbeTelnet,  &StartTelnet, "RFC 854"},
    {"telnet",    kTcp, {23},              false, &ProbeTelnetPort, &StartTelnet, "RFC 854"},
    {"tds",       kTcp, {},                true,  &ProbeTds,     &StartTds,    "MS-TDS"},
    {"tds",       kTcp, {1433},            false, &ProbeTdsPort, &StartTds,    "MS-TDS"},
    {"syslog",    kTcp, {514, 601, 1514},  true,  &ProbeSyslogTcp, &StartSyslogTcp, "RFC 6587"},
    {"xmpp",      kTcp, {5222, 5269},      true,  &ProbeXmpp,    &StartXmpp,   "RFC 6120"},
    {"amqp",      kTcp, {5672},            true,  &ProbeAmqp,    &StartAmqp,   "AMQP 0-9-1, OASIS AMQP 1.0"},
    {"memcached", kTcp, {},                true,  &ProbeMemcached, &StartMemcached, "memcached protocol.txt"},
    {"memcached", kTcp, {11211},           false, &ProbeMemcachedPort, &StartMemcached, "memcached protocol.txt"},
    {"cassandra", kTcp, {},                true,  &ProbeCassandra, &StartCassandra, "CQL binary protocol v5"},
    {"cassandra", kTcp, {9042},            false, &ProbeCassandraPort, &StartCassandra, "CQL binary protocol v5"},
    {"oracle-tns", kTcp, {1521},           true,  &ProbeTns,     &StartTns,    "Oracle Net Services"},
    {"mongodb",   kTcp, {27017},           true,  &ProbeMongodb, &StartMongodb, "MongoDB Wire Protocol"},
    {"kafka",     kTcp, {},                true,  &ProbeKafka,   &StartKafka,  "Kafka protocol guide"},
    {"kafka",     kTcp, {9092},            false, &ProbeKafkaPort, &StartKafka, "Kafka protocol guide"},
    {"socks",     kTcp, {1080, 9050},      false, &ProbeSocks,   &StartSocksPort, "RFC 1928"},
    {"socks",     kTcp, {},                true,  &ProbeSocks,   &StartSocks,  "RFC 1928"},
    {"rdp",       kTcp, {3389},            false, &ProbeRdp,     &StartRdp,    "MS-RDPBCGR"},

    {"mdns",      kUdp, {5353},            false, &ProbeDnsPort, &StartMdns,   "RFC 6762"},
    {"llmnr",     kUdp, {5355},            false, &ProbeDnsPort, &StartMdns,   "RFC 4795"},
    {"netbios-ns", kUdp, {137},            false, &ProbeNetbiosNs, &StartNetbiosNs, "RFC 1002"},
    {"netbios-dgm", kUdp, {138},           false, &ProbeNetbiosDgm, &StartNetbiosDgm, "RFC 1002"},
    {"ntp",       kUdp, {123},             false, &ProbeNtp,     &StartNtp,    "RFC 5905"},
    {"dhcp",      kUdp, {67, 68},          false, &ProbeDhcp,    &StartDhcp,   "RFC 2131"},
    {"ssdp",      kUdp, {1900},            false, &ProbeSsdp,    &StartSsdp,   "UPnP Device Architecture 2.0"},
    {"sip",       kUdp, {5060},            true,  &ProbeSip,     &StartSipDatagrams, "RFC 3261"},
    {"syslog",    kUdp, {},                true,  &ProbeSyslog,  &StartSyslog, "RFC 5424, RFC 3164"},
    {"syslog",    kUdp, {514},             false, &ProbeSyslogPort, &StartSyslog, "RFC 3164"},
    {"tftp",      kUdp, {69},              true,  &ProbeTftp,    &StartTftp,   "RFC 1350"},
    {"memcached", kUdp, {11211},           false, &ProbeMemcachedUdp, &StartMemcachedUdp, "memcached protocol.txt"},
    {"stun",      kUdp, {},                true,  &ProbeStun,    &StartStun,   "RFC 8489"},
    {"snmp",      kUdp, {161, 162},        true,  &ProbeSnmp,    &StartSnmp,   "RFC 3416"},
    {"quic",      kUdp, {443, 8443},       true,  &ProbeQuic,    &StartQuic,   "RFC 9000, RFC 9369"},
    {"gquic",     kUdp, {443},             true,  &ProbeGquic,   &StartGquic,  "QUIC Wire Layout Specification (2016)"},
    {"dtls",      kUdp, {443, 853, 4433, 5684}, true, &ProbeDtls, &StartDtls,  "RFC 9147, RFC 6347"},
    {"bittorrent", kUdp, {},               true,  &ProbeBtDht,   &StartBtDatagrams, "BEP 5"},
    {"bittorrent", kUdp, {},               true,  &ProbeUtp,     &StartBtDatagrams, "BEP 29"},
    {"dns",       kUdp, {53},              false, &ProbeDnsPort, &StartDns,    "RFC 1035"},
    {"dns",       kUdp, {},                true,  &ProbeDns,     &StartDns,    "RFC 1035"},
    {"rtcp",      kUdp, {},                true,  &ProbeRtcp,    &StartRtcp,   "RFC 3550"},
    {"rtp",       kUdp, {},                true,  &ProbeRtp,     &StartRtp,    "RFC 3550"},
};
// clang-format on

}  // namespace

std::span<const Dissector> Registry() { return kDissectors; }

}  // namespace rustnet::net
