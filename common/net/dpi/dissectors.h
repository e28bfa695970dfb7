// SPDX-License-Identifier: Apache-2.0
// The halves of every dissector and the fields it fills, one line each: what registry.cc puts into
// its rows and tests call.  Each is written in the file of its name.
#pragma once

#include <memory>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/dissectors_of_machines.h"

namespace rustnet::net {

Verdict ProbeDns(Bytes datagram);        // on any port: strict
Verdict ProbeDnsPort(Bytes datagram);    // on a DNS port: the header and the first question
Verdict ProbeDnsTcp(Bytes opening);      // on any port: a whole message of less than 2 KiB
Verdict ProbeDnsTcpPort(Bytes opening);  // on a DNS port, as ProbeDnsPort
FieldList DnsFields();
std::unique_ptr<Session> StartDns();
std::unique_ptr<Session> StartMdns();  // LLMNR too: no knowledge is drawn from either
std::unique_ptr<Session> StartDnsTcp();

Verdict ProbeHttp(Bytes opening);
FieldList HttpFields();
std::unique_ptr<Session> StartHttp();

Verdict ProbeTls(Bytes opening);      // a hello
Verdict ProbeTlsPort(Bytes opening);  // on a TLS port: any record, as captures begin anywhere
FieldList TlsFields();
std::unique_ptr<Session> StartTls();

Verdict ProbeSsh(Bytes opening);
Verdict ProbeSshPort(Bytes opening);  // with lines before the banner (RFC 4253 section 4.2)
FieldList SshFields();
std::unique_ptr<Session> StartSsh();

Verdict ProbeQuic(Bytes datagram);
FieldList QuicFields();
std::unique_ptr<Session> StartQuic();

Verdict ProbeGquic(Bytes datagram);
FieldList GquicFields();
std::unique_ptr<Session> StartGquic();

Verdict ProbeDtls(Bytes datagram);
FieldList DtlsFields();
std::unique_ptr<Session> StartDtls();

Verdict ProbeHttp2(Bytes opening);
FieldList Http2Fields();
std::unique_ptr<Session> StartHttp2();

Verdict ProbeNetbiosSsn(Bytes opening);
Verdict ProbeNetbiosSsnPort(Bytes opening);
std::unique_ptr<Session> StartNetbiosSsn();
FieldList SmbFields();
std::unique_ptr<Session> StartSmb();

Verdict ProbeDcerpc(Bytes opening);
Verdict ProbeDcerpcDatagram(Bytes datagram);
FieldList DcerpcFields();
std::unique_ptr<Session> StartDcerpc();
std::unique_ptr<Session> StartDcerpcDatagrams();

Verdict ProbeRpc(Bytes opening);
Verdict ProbeRpcPort(Bytes opening);
Verdict ProbeRpcTcp(Bytes opening);
Verdict ProbeRpcTcpPort(Bytes opening);
FieldList RpcFields();
std::unique_ptr<Session> StartRpc();
std::unique_ptr<Session> StartRpcTcp();

Verdict ProbeLdap(Bytes opening);
Verdict ProbeLdapPort(Bytes opening);
Verdict ProbeCldap(Bytes datagram);
FieldList LdapFields();
std::unique_ptr<Session> StartLdap();
std::unique_ptr<Session> StartCldap();

Verdict ProbeKerberos(Bytes opening);
Verdict ProbeKerberosTcp(Bytes opening);
FieldList KerberosFields();
std::unique_ptr<Session> StartKerberos();
std::unique_ptr<Session> StartKerberosTcp();

Verdict ProbeVnc(Bytes opening);
FieldList VncFields();
std::unique_ptr<Session> StartVnc();

Verdict ProbeOpenvpn(Bytes opening);
Verdict ProbeOpenvpnTcp(Bytes opening);
FieldList OpenvpnFields();
std::unique_ptr<Session> StartOpenvpn();
std::unique_ptr<Session> StartOpenvpnTcp();

Verdict ProbeWireguard(Bytes opening);
FieldList WireguardFields();
std::unique_ptr<Session> StartWireguard();

Verdict ProbeIke(Bytes opening);
FieldList IkeFields();
std::unique_ptr<Session> StartIke();

Verdict ProbeRadius(Bytes opening);
FieldList RadiusFields();
std::unique_ptr<Session> StartRadius();

Verdict ProbeDiameter(Bytes opening);
FieldList DiameterFields();
std::unique_ptr<Session> StartDiameter();

Verdict ProbeDhcp6(Bytes opening);
FieldList Dhcp6Fields();
std::unique_ptr<Session> StartDhcp6();

Verdict ProbeCoap(Bytes opening);
Verdict ProbeCoapTcp(Bytes opening);
FieldList CoapFields();
std::unique_ptr<Session> StartCoap();
std::unique_ptr<Session> StartCoapTcp();

Verdict ProbeNetflow(Bytes opening);
Verdict ProbeIpfix(Bytes opening);
FieldList NetflowFields();
std::unique_ptr<Session> StartNetflow();
std::unique_ptr<Session> StartIpfix();

Verdict ProbeSflow(Bytes opening);
FieldList SflowFields();
std::unique_ptr<Session> StartSflow();

Verdict ProbePtp(Bytes opening);
FieldList PtpFields();
std::unique_ptr<Session> StartPtp();

Verdict ProbePptp(Bytes opening);
FieldList PptpFields();
std::unique_ptr<Session> StartPptp();

Verdict ProbeIpmi(Bytes datagram);
FieldList IpmiFields();
std::unique_ptr<Session> StartIpmi();

Verdict ProbeNatPmp(Bytes datagram);
FieldList NatPmpFields();
std::unique_ptr<Session> StartNatPmp();

Verdict ProbeDropboxLan(Bytes datagram);
FieldList DropboxLanFields();
std::unique_ptr<Session> StartDropboxLan();

Verdict ProbeLdp(Bytes opening);
FieldList LdpFields();
std::unique_ptr<Session> StartLdp();
std::unique_ptr<Session> StartLdpDatagrams();

Verdict ProbeSomeip(Bytes opening);
Verdict ProbeSomeipDatagram(Bytes datagram);
Verdict ProbeSomeipDiscovery(Bytes datagram);  // on any port
FieldList SomeipFields();
std::unique_ptr<Session> StartSomeip();
std::unique_ptr<Session> StartSomeipDatagrams();

Verdict ProbeCollectd(Bytes datagram);
FieldList CollectdFields();
std::unique_ptr<Session> StartCollectd();

Verdict ProbeMqttsn(Bytes datagram);
FieldList MqttsnFields();
std::unique_ptr<Session> StartMqttsn();

Verdict ProbeLisp(Bytes datagram);      // of the control plane
Verdict ProbeLispData(Bytes datagram);  // what carries a packet
FieldList LispFields();
std::unique_ptr<Session> StartLisp();
std::unique_ptr<Session> StartLispData();

Verdict ProbeCapwap(Bytes datagram);
std::unique_ptr<Session> StartCapwap();

Verdict ProbeSkinny(Bytes opening);
FieldList SkinnyFields();
std::unique_ptr<Session> StartSkinny();

Verdict ProbeH323(Bytes opening);
FieldList H323Fields();
std::unique_ptr<Session> StartH323();
Verdict ProbeH323Ras(Bytes datagram);
std::unique_ptr<Session> StartH323Ras();

Verdict ProbeIscsi(Bytes opening);
Verdict ProbeIscsiPort(Bytes opening);
FieldList IscsiFields();
std::unique_ptr<Session> StartIscsi();

Verdict ProbeCouchbase(Bytes opening);
FieldList CouchbaseFields();
std::unique_ptr<Session> StartCouchbase();

// Tunnels (packet/tunnel.h).
Verdict ProbeVxlan(Bytes datagram);
Verdict ProbeVxlanGpe(Bytes datagram);
Verdict ProbeGeneve(Bytes datagram);
Verdict ProbeGtp(Bytes datagram);
Verdict ProbeL2tp(Bytes datagram);
Verdict ProbeTeredo(Bytes datagram);
Verdict ProbeAyiya(Bytes datagram);
FieldList VxlanFields();
FieldList GeneveFields();
FieldList GtpFields();
std::unique_ptr<Session> StartVxlan();
std::unique_ptr<Session> StartGeneve();
std::unique_ptr<Session> StartGtp();
std::unique_ptr<Session> StartTunnel();  // of those that have but a name

Verdict ProbeNtp(Bytes datagram);
FieldList NtpFields();
std::unique_ptr<Session> StartNtp();

Verdict ProbeDhcp(Bytes datagram);
FieldList DhcpFields();
std::unique_ptr<Session> StartDhcp();

Verdict ProbeSnmp(Bytes datagram);
Verdict ProbeSnmpTcp(Bytes opening);
FieldList SnmpFields();
std::unique_ptr<Session> StartSnmp();
std::unique_ptr<Session> StartSnmpTcp();

Verdict ProbeSsdp(Bytes datagram);
FieldList SsdpFields();
std::unique_ptr<Session> StartSsdp();

Verdict ProbeNetbiosNs(Bytes datagram);
Verdict ProbeNetbiosDgm(Bytes datagram);
FieldList NetbiosFields();
std::unique_ptr<Session> StartNetbiosNs();
std::unique_ptr<Session> StartNetbiosDgm();

Verdict ProbeStun(Bytes datagram);
Verdict ProbeClassicStun(Bytes datagram);
FieldList StunFields();
std::unique_ptr<Session> StartStun();
std::unique_ptr<Session> StartClassicStun();
std::unique_ptr<Session> StartStunTcp();

Verdict ProbeMqtt(Bytes opening);      // a CONNECT
Verdict ProbeMqttPort(Bytes opening);  // on an MQTT port: any packet
FieldList MqttFields();
std::unique_ptr<Session> StartMqtt();

Verdict ProbeBittorrent(Bytes opening);
Verdict ProbeBtDht(Bytes datagram);
Verdict ProbeUtp(Bytes datagram);
FieldList BittorrentFields();
std::unique_ptr<Session> StartBittorrent();
std::unique_ptr<Session> StartBtDatagrams();

Verdict ProbeFtp(Bytes opening);
Verdict ProbeFtpPort(Bytes opening);
FieldList FtpFields();
std::unique_ptr<Session> StartFtp();

Verdict ProbeRdp(Bytes opening);
FieldList RdpFields();
std::unique_ptr<Session> StartRdp();

Verdict ProbeSmtp(Bytes opening);      // a greeting that says SMTP, or a client's hello
Verdict ProbeSmtpPort(Bytes opening);  // on its ports any reply, and any known command
FieldList SmtpFields();
std::unique_ptr<Session> StartSmtp();

Verdict ProbePop(Bytes opening);
Verdict ProbePopPort(Bytes opening);
FieldList PopFields();
std::unique_ptr<Session> StartPop();

Verdict ProbeImap(Bytes opening);
Verdict ProbeImapPort(Bytes opening);
FieldList ImapFields();
std::unique_ptr<Session> StartImap();

Verdict ProbeNntp(Bytes opening);
Verdict ProbeNntpPort(Bytes opening);
FieldList NntpFields();
std::unique_ptr<Session> StartNntp();

Verdict ProbeSip(Bytes opening);
FieldList SipFields();
std::unique_ptr<Session> StartSip();
std::unique_ptr<Session> StartSipDatagrams();

Verdict ProbeRtsp(Bytes opening);
FieldList RtspFields();
std::unique_ptr<Session> StartRtsp();

Verdict ProbeMysql(Bytes opening);      // the server's greeting
Verdict ProbeMysqlPort(Bytes opening);  // on its port also a query, or a refusal
FieldList MysqlFields();
std::unique_ptr<Session> StartMysql();

Verdict ProbeRedis(Bytes opening);      // a command
Verdict ProbeRedisPort(Bytes opening);  // on its port also an answer
FieldList RedisFields();
std::unique_ptr<Session> StartRedis();

Verdict ProbePostgresql(Bytes opening);      // what a client begins with
Verdict ProbePostgresqlPort(Bytes opening);  // on its port also two messages of later
FieldList PostgresqlFields();
std::unique_ptr<Session> StartPostgresql();

Verdict ProbeIrc(Bytes opening);
Verdict ProbeIrcPort(Bytes opening);
FieldList IrcFields();
std::unique_ptr<Session> StartIrc();

Verdict ProbeTelnet(Bytes opening);      // two negotiations
Verdict ProbeTelnetPort(Bytes opening);  // on its port one, and text before it
FieldList TelnetFields();
std::unique_ptr<Session> StartTelnet();

Verdict ProbeSyslog(Bytes datagram);      // priority and time
Verdict ProbeSyslogPort(Bytes datagram);  // on its port one of the two
Verdict ProbeSyslogTcp(Bytes opening);
FieldList SyslogFields();
std::unique_ptr<Session> StartSyslog();
std::unique_ptr<Session> StartSyslogTcp();

Verdict ProbeSocks(Bytes opening);
FieldList SocksFields();
std::unique_ptr<Session> StartSocks();      // a name only when the server has answered
std::unique_ptr<Session> StartSocksPort();  // on its port at once

Verdict ProbeTds(Bytes opening);      // a login, or what comes before it
Verdict ProbeTdsPort(Bytes opening);  // on its ports any packet
FieldList TdsFields();
std::unique_ptr<Session> StartTds();

Verdict ProbeTftp(Bytes datagram);
Verdict ProbeTftpTransfer(Bytes datagram);
FieldList TftpFields();
std::unique_ptr<Session> StartTftp();
std::unique_ptr<Session> StartTftpTransfer();  // what a request announced

Verdict ProbeMemcached(Bytes opening);      // a command that stores
Verdict ProbeMemcachedPort(Bytes opening);  // on its port any command or answer
Verdict ProbeMemcachedUdp(Bytes datagram);
FieldList MemcachedFields();
std::unique_ptr<Session> StartMemcached();
std::unique_ptr<Session> StartMemcachedUdp();

Verdict ProbeMongodb(Bytes opening);
FieldList MongodbFields();
std::unique_ptr<Session> StartMongodb();

Verdict ProbeKafka(Bytes opening);      // what a client begins with
Verdict ProbeKafkaPort(Bytes opening);  // on its port any request
FieldList KafkaFields();
std::unique_ptr<Session> StartKafka();

Verdict ProbeCassandra(Bytes opening);
Verdict ProbeCassandraPort(Bytes opening);  // on its port any frame
FieldList CassandraFields();
std::unique_ptr<Session> StartCassandra();

Verdict ProbeTns(Bytes opening);
Verdict ProbeTnsPort(Bytes opening);
FieldList TnsFields();
std::unique_ptr<Session> StartTns();

Verdict ProbeAmqp(Bytes opening);
Verdict ProbeAmqpPort(Bytes opening);
FieldList AmqpFields();
std::unique_ptr<Session> StartAmqp();

Verdict ProbeXmpp(Bytes opening);
FieldList XmppFields();
std::unique_ptr<Session> StartXmpp();

Verdict ProbeGit(Bytes opening);
FieldList GitFields();
std::unique_ptr<Session> StartGit();

Verdict ProbeRsync(Bytes opening);
FieldList RsyncFields();
std::unique_ptr<Session> StartRsync();

Verdict ProbeNats(Bytes opening);      // what the ends begin with
Verdict ProbeNatsPort(Bytes opening);  // on its port any command
FieldList NatsFields();
std::unique_ptr<Session> StartNats();

Verdict ProbeMgcp(Bytes datagram);      // a command
Verdict ProbeMgcpPort(Bytes datagram);  // on its ports also an answer
FieldList MgcpFields();
std::unique_ptr<Session> StartMgcp();

Verdict ProbeAjp(Bytes opening);      // a request
Verdict ProbeAjpPort(Bytes opening);  // on its port also a ping, and what the container says
FieldList AjpFields();
std::unique_ptr<Session> StartAjp();

Verdict ProbeX11(Bytes opening);      // a client without authorisation or with a cookie
Verdict ProbeX11Port(Bytes opening);  // on its ports with any, and the server's answer
FieldList X11Fields();
std::unique_ptr<Session> StartX11();

Verdict ProbeTacacs(Bytes opening);
FieldList TacacsFields();
std::unique_ptr<Session> StartTacacs();

Verdict ProbeMsdp(Bytes opening);
FieldList MsdpFields();
std::unique_ptr<Session> StartMsdp();

Verdict ProbeIdent(Bytes opening);
std::unique_ptr<Session> StartIdent();

Verdict ProbeWhois(Bytes opening);
FieldList WhoisFields();
std::unique_ptr<Session> StartWhois();

Verdict ProbeFinger(Bytes opening);
FieldList FingerFields();
std::unique_ptr<Session> StartFinger();

Verdict ProbeGopher(Bytes opening);
FieldList GopherFields();
std::unique_ptr<Session> StartGopher();

Verdict ProbeRlogin(Bytes opening);
FieldList RloginFields();
std::unique_ptr<Session> StartRlogin();

Verdict ProbeGearman(Bytes opening);
FieldList GearmanFields();
std::unique_ptr<Session> StartGearman();

Verdict ProbeZabbix(Bytes opening);
FieldList ZabbixFields();
std::unique_ptr<Session> StartZabbix();

Verdict ProbeFix(Bytes opening);
FieldList FixFields();
std::unique_ptr<Session> StartFix();

Verdict ProbeElasticsearch(Bytes opening);
FieldList ElasticsearchFields();
std::unique_ptr<Session> StartElasticsearch();

Verdict ProbeRtp(Bytes datagram);
Verdict ProbeRtcp(Bytes datagram);
FieldList RtpFields();
std::unique_ptr<Session> StartRtp();          // a name only after a run of datagrams
std::unique_ptr<Session> StartRtpExpected();  // a name at once
std::unique_ptr<Session> StartRtcp();

}  // namespace rustnet::net
