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

}  // namespace rustnet::net
