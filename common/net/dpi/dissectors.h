// SPDX-License-Identifier: Apache-2.0
// The two halves of every dissector, one line each: what registry.cc puts into its rows and tests
// call.  Each is written in the file of its name.
#pragma once

#include <memory>

#include "common/net/dpi/dissector.h"

namespace rustnet::net {

Verdict ProbeDns(Bytes datagram);        // on any port: strict
Verdict ProbeDnsPort(Bytes datagram);    // on a DNS port: the header and the first question
Verdict ProbeDnsTcp(Bytes opening);      // on any port: a whole message of less than 2 KiB
Verdict ProbeDnsTcpPort(Bytes opening);  // on a DNS port, as ProbeDnsPort
std::unique_ptr<Session> StartDns();
std::unique_ptr<Session> StartMdns();  // LLMNR too: no knowledge is drawn from either
std::unique_ptr<Session> StartDnsTcp();

Verdict ProbeHttp(Bytes opening);
std::unique_ptr<Session> StartHttp();

Verdict ProbeTls(Bytes opening);      // a hello
Verdict ProbeTlsPort(Bytes opening);  // on a TLS port: any record, as captures begin anywhere
std::unique_ptr<Session> StartTls();

Verdict ProbeSsh(Bytes opening);
Verdict ProbeSshPort(Bytes opening);  // with lines before the banner (RFC 4253 section 4.2)
std::unique_ptr<Session> StartSsh();

Verdict ProbeQuic(Bytes datagram);
std::unique_ptr<Session> StartQuic();

Verdict ProbeGquic(Bytes datagram);
std::unique_ptr<Session> StartGquic();

Verdict ProbeDtls(Bytes datagram);
std::unique_ptr<Session> StartDtls();

Verdict ProbeHttp2(Bytes opening);
std::unique_ptr<Session> StartHttp2();
std::unique_ptr<Session> StartGrpc();

Verdict ProbeNetbiosSsn(Bytes opening);
std::unique_ptr<Session> StartNetbiosSsn();
std::unique_ptr<Session> StartSmb();

Verdict ProbeDcerpc(Bytes opening);
std::unique_ptr<Session> StartDcerpc();

Verdict ProbeRpc(Bytes opening);
Verdict ProbeRpcPort(Bytes opening);
Verdict ProbeRpcTcp(Bytes opening);
Verdict ProbeRpcTcpPort(Bytes opening);
std::unique_ptr<Session> StartRpc();
std::unique_ptr<Session> StartRpcTcp();

Verdict ProbeLdap(Bytes opening);
Verdict ProbeLdapPort(Bytes opening);
std::unique_ptr<Session> StartLdap();

Verdict ProbeKerberos(Bytes opening);
Verdict ProbeKerberosTcp(Bytes opening);
std::unique_ptr<Session> StartKerberos();
std::unique_ptr<Session> StartKerberosTcp();

Verdict ProbeVnc(Bytes opening);
std::unique_ptr<Session> StartVnc();

Verdict ProbeOpenvpn(Bytes opening);
Verdict ProbeOpenvpnTcp(Bytes opening);
std::unique_ptr<Session> StartOpenvpn();
std::unique_ptr<Session> StartOpenvpnTcp();

Verdict ProbeWireguard(Bytes opening);
std::unique_ptr<Session> StartWireguard();

Verdict ProbeIke(Bytes opening);
std::unique_ptr<Session> StartIke();

Verdict ProbeRadius(Bytes opening);
std::unique_ptr<Session> StartRadius();

Verdict ProbeDiameter(Bytes opening);
std::unique_ptr<Session> StartDiameter();

Verdict ProbeDhcp6(Bytes opening);
std::unique_ptr<Session> StartDhcp6();

Verdict ProbeCoap(Bytes opening);
std::unique_ptr<Session> StartCoap();

Verdict ProbeBgp(Bytes opening);
std::unique_ptr<Session> StartBgp();

Verdict ProbeRip(Bytes opening);
Verdict ProbeRipng(Bytes opening);
std::unique_ptr<Session> StartRip();
std::unique_ptr<Session> StartRipng();

Verdict ProbeBfd(Bytes opening);
std::unique_ptr<Session> StartBfd();

Verdict ProbeHsrp(Bytes opening);
std::unique_ptr<Session> StartHsrp();

Verdict ProbeModbus(Bytes opening);
std::unique_ptr<Session> StartModbus();

Verdict ProbeDnp3(Bytes opening);
std::unique_ptr<Session> StartDnp3();
std::unique_ptr<Session> StartDnp3Datagrams();

Verdict ProbeS7comm(Bytes opening);
std::unique_ptr<Session> StartS7comm();

Verdict ProbeIec104(Bytes opening);
Verdict ProbeIec104Port(Bytes opening);
std::unique_ptr<Session> StartIec104();

Verdict ProbeBacnet(Bytes opening);
std::unique_ptr<Session> StartBacnet();

Verdict ProbeEnip(Bytes opening);
std::unique_ptr<Session> StartEnip();
std::unique_ptr<Session> StartEnipDatagrams();

Verdict ProbeOpcua(Bytes opening);
std::unique_ptr<Session> StartOpcua();

Verdict ProbeNetflow(Bytes opening);
std::unique_ptr<Session> StartNetflow();

Verdict ProbeSflow(Bytes opening);
std::unique_ptr<Session> StartSflow();

Verdict ProbePtp(Bytes opening);
std::unique_ptr<Session> StartPtp();

Verdict ProbePptp(Bytes opening);
std::unique_ptr<Session> StartPptp();

// Tunnels (packet/tunnel.h).
Verdict ProbeVxlan(Bytes datagram);
Verdict ProbeVxlanGpe(Bytes datagram);
Verdict ProbeGeneve(Bytes datagram);
Verdict ProbeGtp(Bytes datagram);
Verdict ProbeL2tp(Bytes datagram);
Verdict ProbeTeredo(Bytes datagram);
Verdict ProbeAyiya(Bytes datagram);
std::unique_ptr<Session> StartVxlan();
std::unique_ptr<Session> StartGeneve();
std::unique_ptr<Session> StartGtp();
std::unique_ptr<Session> StartTunnel();  // of those that have but a name

Verdict ProbeNtp(Bytes datagram);
std::unique_ptr<Session> StartNtp();

Verdict ProbeDhcp(Bytes datagram);
std::unique_ptr<Session> StartDhcp();

Verdict ProbeSnmp(Bytes datagram);
std::unique_ptr<Session> StartSnmp();

Verdict ProbeSsdp(Bytes datagram);
std::unique_ptr<Session> StartSsdp();

Verdict ProbeNetbiosNs(Bytes datagram);
Verdict ProbeNetbiosDgm(Bytes datagram);
std::unique_ptr<Session> StartNetbiosNs();
std::unique_ptr<Session> StartNetbiosDgm();

Verdict ProbeStun(Bytes datagram);
std::unique_ptr<Session> StartStun();

Verdict ProbeMqtt(Bytes opening);      // a CONNECT
Verdict ProbeMqttPort(Bytes opening);  // on an MQTT port: any packet
std::unique_ptr<Session> StartMqtt();

Verdict ProbeBittorrent(Bytes opening);
Verdict ProbeBtDht(Bytes datagram);
Verdict ProbeUtp(Bytes datagram);
std::unique_ptr<Session> StartBittorrent();
std::unique_ptr<Session> StartBtDatagrams();

Verdict ProbeFtp(Bytes opening);
Verdict ProbeFtpPort(Bytes opening);
std::unique_ptr<Session> StartFtp();

Verdict ProbeRdp(Bytes opening);
std::unique_ptr<Session> StartRdp();

Verdict ProbeSmtp(Bytes opening);      // a greeting that says SMTP, or a client's hello
Verdict ProbeSmtpPort(Bytes opening);  // on its ports any reply, and any known command
std::unique_ptr<Session> StartSmtp();

Verdict ProbePop(Bytes opening);
Verdict ProbePopPort(Bytes opening);
std::unique_ptr<Session> StartPop();

Verdict ProbeImap(Bytes opening);
Verdict ProbeImapPort(Bytes opening);
std::unique_ptr<Session> StartImap();

Verdict ProbeNntp(Bytes opening);
Verdict ProbeNntpPort(Bytes opening);
std::unique_ptr<Session> StartNntp();

Verdict ProbeSip(Bytes opening);
std::unique_ptr<Session> StartSip();
std::unique_ptr<Session> StartSipDatagrams();

Verdict ProbeRtsp(Bytes opening);
std::unique_ptr<Session> StartRtsp();

Verdict ProbeMysql(Bytes opening);      // the server's greeting
Verdict ProbeMysqlPort(Bytes opening);  // on its port also a query, or a refusal
std::unique_ptr<Session> StartMysql();

Verdict ProbeRedis(Bytes opening);      // a command
Verdict ProbeRedisPort(Bytes opening);  // on its port also an answer
std::unique_ptr<Session> StartRedis();

Verdict ProbePostgresql(Bytes opening);      // what a client begins with
Verdict ProbePostgresqlPort(Bytes opening);  // on its port also two messages of later
std::unique_ptr<Session> StartPostgresql();

Verdict ProbeIrc(Bytes opening);
Verdict ProbeIrcPort(Bytes opening);
std::unique_ptr<Session> StartIrc();

Verdict ProbeTelnet(Bytes opening);      // two negotiations
Verdict ProbeTelnetPort(Bytes opening);  // on its port one, and text before it
std::unique_ptr<Session> StartTelnet();

Verdict ProbeSyslog(Bytes datagram);      // priority and time
Verdict ProbeSyslogPort(Bytes datagram);  // on its port one of the two
Verdict ProbeSyslogTcp(Bytes opening);
std::unique_ptr<Session> StartSyslog();
std::unique_ptr<Session> StartSyslogTcp();

Verdict ProbeSocks(Bytes opening);
std::unique_ptr<Session> StartSocks();      // a name only when the server has answered
std::unique_ptr<Session> StartSocksPort();  // on its port at once

Verdict ProbeTds(Bytes opening);      // a login, or what comes before it
Verdict ProbeTdsPort(Bytes opening);  // on its ports any packet
std::unique_ptr<Session> StartTds();

Verdict ProbeTftp(Bytes datagram);
Verdict ProbeTftpTransfer(Bytes datagram);
std::unique_ptr<Session> StartTftp();
std::unique_ptr<Session> StartTftpTransfer();  // what a request announced

Verdict ProbeMemcached(Bytes opening);      // a command that stores
Verdict ProbeMemcachedPort(Bytes opening);  // on its port any command or answer
Verdict ProbeMemcachedUdp(Bytes datagram);
std::unique_ptr<Session> StartMemcached();
std::unique_ptr<Session> StartMemcachedUdp();

Verdict ProbeMongodb(Bytes opening);
std::unique_ptr<Session> StartMongodb();

Verdict ProbeKafka(Bytes opening);      // what a client begins with
Verdict ProbeKafkaPort(Bytes opening);  // on its port any request
std::unique_ptr<Session> StartKafka();

Verdict ProbeCassandra(Bytes opening);
Verdict ProbeCassandraPort(Bytes opening);  // on its port any frame
std::unique_ptr<Session> StartCassandra();

Verdict ProbeTns(Bytes opening);
std::unique_ptr<Session> StartTns();

Verdict ProbeAmqp(Bytes opening);
std::unique_ptr<Session> StartAmqp();

Verdict ProbeXmpp(Bytes opening);
std::unique_ptr<Session> StartXmpp();

Verdict ProbeRtp(Bytes datagram);
Verdict ProbeRtcp(Bytes datagram);
std::unique_ptr<Session> StartRtp();  // a name only after a run of datagrams
std::unique_ptr<Session> StartRtpExpected();  // a name at once
std::unique_ptr<Session> StartRtcp();

}  // namespace rustnet::net
