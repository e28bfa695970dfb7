// SPDX-License-Identifier: Apache-2.0
// Secrets planted in protocols of frames and datagrams.
#pragma once

#include "tests/unit/common/net/dpi/secrets_testing.h"

namespace rustnet::net {

inline std::string SecretU32(size_t n) { return U16(n >> 16) + U16(n & 0xffff); }
inline std::string SecretLe16(size_t n) {
  return {static_cast<char>(n), static_cast<char>(n >> 8)};
}
inline std::string SecretLe32(size_t n) { return SecretLe16(n & 0xffff) + SecretLe16(n >> 16); }
inline std::string Sized(const std::string& text) { return U16(text.size()) + text; }
// A tag, a length of one byte, a body: BER, and options of one byte's type.
inline std::string Tagged(int tag, const std::string& body) {
  return static_cast<char>(tag) + std::string(1, static_cast<char>(body.size())) + body;
}

inline std::vector<SecretCase> SecretsOfHttp2() {
  const auto frame = [](char type, const std::string& payload) {
    return U24(payload.size()) + type + '\4' + S("\0\0\0\1") + payload;
  };
  const auto header = [](const std::string& name, const std::string& value) {
    return S("\0") + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) +
           value;
  };
  const std::string preface =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + S("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64");
  const std::string secrets = header(":path", "/a?token=" PLANTED) +
                              header(":authority", "ab:" PLANTED "@h") +
                              header("authorization", "Basic YWI6" PLANTED_BASE64) +
                              header("cookie", "id=" PLANTED) + header("referer", "/?" PLANTED);
  const std::vector<std::string> shown = {"http_path=/a?token=" PLANTED,
                                          "http_host=ab:" PLANTED "@h"};
  const std::string answer = frame(1, "\x88" + header("set-cookie", "id=" PLANTED));
  const std::string grpc = header("content-type", "application/grpc");
  return {
      {"http2",
       "headers and body",
       Tcp(4711),
       {{kClient, preface + frame(1, "\x82" + secrets) + frame(0, PLANTED)}, {kServer, answer}},
       shown},
      {"grpc",
       "headers and body",
       Tcp(4711),
       {{kClient, preface + frame(1, "\x83" + secrets + grpc) + frame(0, PLANTED)},
        {kServer, answer}},
       shown},
  };
}

inline SecretCase SecretOfTds() {
  const auto wide = [](const std::string& text) {
    std::string units;
    for (const char c : text) units += std::string{c, 0};
    return units;
  };
  std::string places;
  std::string texts;
  for (const char* text : {"HOST", "sa", PLANTED, "app", "srv", PLANTED, "lib", "", "shop"}) {
    places += SecretLe16(94 + texts.size()) + SecretLe16(std::string(text).size());
    texts += wide(text);
  }
  const std::string login = SecretLe32(94 + texts.size()) + S("\4\0\0\x74") +
                            std::string(28, '\0') + places + std::string(22, '\0') + texts;
  const std::string packet = S("\x10\1") + U16(login.size() + 8) + S("\0\0\1\0") + login;
  const std::string batch = wide("ALTER LOGIN sa WITH PASSWORD=" PLANTED);
  return {
      "tds",
      "login and statement",
      Tcp(1433),
      {{kClient, packet}, {kClient, S("\1\1") + U16(batch.size() + 8) + S("\0\0\1\0") + batch}}};
}

inline std::vector<SecretCase> SecretsOfDatabases() {
  const auto mysql = [](int number, const std::string& body) {
    return std::string{static_cast<char>(body.size()), 0, 0, static_cast<char>(number)} + body;
  };
  const std::string greeting =
      mysql(0, S("\x0a") + "8.0.32" + S("\0\1\0\0\0saltsalt\0\xff\xf7\x21\2\0\xff\xff"));
  const std::string parameters =
      S("\0\3\0\0user\0ab\0database\0shop\0options\0-c x=" PLANTED "\0\0");
  const auto tns = [](const std::string& text) {
    const std::string body = U16(314) + U16(300) + std::string(12, '\0') + U16(text.size()) +
                             U16(58) + std::string(30, '\0') + text;
    return U16(body.size() + 8) + S("\0\0\1\0\0\0") + body;
  };
  const auto mongo = [](const std::string& elements) {
    const std::string document = SecretLe32(elements.size() + 5) + elements + '\0';
    return SecretLe32(21 + document.size()) + SecretLe32(7) + SecretLe32(0) + SecretLe32(2013) +
           SecretLe32(0) + '\0' + document;
  };
  const auto cql = [](int opcode, const std::string& body) {
    return S("\4\0\0\1") + static_cast<char>(opcode) + SecretU32(body.size()) + body;
  };
  const auto kafka = [](size_t key, const std::string& rest) {
    const std::string body = U16(key) + U16(1) + S("\0\0\0\1") + Sized("ab") + rest;
    return SecretU32(body.size()) + body;
  };
  return {
      {"mysql",
       "login",
       Tcp(3306),
       {{kServer, greeting},
        {kClient, mysql(1, S("\x85\xa2\x0e\0\0\0\0\1\x21") + std::string(23, '\0') +
                               S("ab\0\x0d" PLANTED "shop\0mysql_clear_password\0"))},
        {kServer, mysql(2, S("\xfemysql_clear_password\0"))},
        {kClient, mysql(3, PLANTED) + mysql(0, S("\x11"
                                                 "cd\0\x0d" PLANTED))},
        {kClient, mysql(0, "\3SET PASSWORD='" PLANTED "'")}}},
      {"postgresql",
       "login",
       Tcp(5432),
       {{kClient, SecretU32(parameters.size() + 4) + parameters},
        {kServer, S("R\0\0\0\x08\0\0\0\3")},
        {kClient, S("p\0\0\0\x12" PLANTED "\0")}}},
      SecretOfTds(),
      {"oracle-tns",
       "description",
       Tcp(1521),
       {{kClient, tns("(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=o)(CID=(PROGRAM=p)(USER=ab)))"
                      "(PASSWORD=" PLANTED ")(SECURITY=(WALLET_PASSWORD=" PLANTED ")))")},
        {kClient, S("\0\x1e\0\0\6\0\0\0\0\0\3\x73\1") + "AUTH_" PLANTED}}},
      {"mongodb",
       "SASL",
       Tcp(27017),
       {{kClient,
         mongo(S("\x10saslStart\0\1\0\0\0\2mechanism\0\6\0\0\0PLAIN\0\2payload\0\x0e\0\0\0" PLANTED
                 "\0"))},
        {kClient, mongo(S("\2"
                          "createUser\0\3\0\0\0ab\0\2pwd\0\x0e\0\0\0" PLANTED "\0"))}}},
      {"couchbase",
       "SASL and a key",
       Tcp(11210),
       {{kClient, S("\x80\x21\0\5\0\0\0\0\0\0\0\x16") + std::string(12, '\0') +
                      S("PLAIN\0ab\0" PLANTED) + S("\x80\0\0\x0d\0\0\0\0\0\0\0\x0d") +
                      std::string(12, '\0') + PLANTED}}},
      {"cassandra",
       "AUTH_RESPONSE",
       Tcp(9042),
       {{kClient,
         cql(1, U16(2) + Sized("CQL_VERSION") + Sized("3.0.0") + Sized("TOKEN") + Sized(PLANTED))},
        {kClient, cql(15, S("\0\0\0\x11\0ab\0" PLANTED))}}},
      {"kafka",
       "SASL",
       Tcp(9092),
       {{kClient, kafka(18, "")}, {kClient, kafka(36, S("\0\0\0\x11\0ab\0" PLANTED))}}},
      {"ldap",
       "bind",
       Tcp(389),
       {{kClient, Tagged(0x30, S("\2\1\1") + Tagged(0x60, S("\2\1\3") + Tagged(4, "cn=ab") +
                                                              Tagged(0x80, PLANTED)))},
        {kClient,
         Tagged(0x30, S("\2\1\2") +
                          Tagged(0x60, S("\2\1\3\4\0") +
                                           Tagged(0xa3, Tagged(4, "PLAIN") + Tagged(4, PLANTED))))},
        {kClient,
         Tagged(0x30, S("\2\1\3") + Tagged(0x66, Tagged(4, "cn=ab") + Tagged(4, PLANTED)))}}},
  };
}

inline std::vector<SecretCase> SecretsOfBuses() {
  const std::string mqtt = Sized("MQTT") + S("\4\xc6\0\x3c") + Sized("client") + Sized("w") +
                           Sized(PLANTED) + Sized("ab") + Sized(PLANTED);
  const std::string response = S("\0ab\0" PLANTED);
  const std::string start_ok =
      S("\0\x0a\0\x0b\0\0\0\0\5PLAIN") + SecretU32(response.size()) + response + "\5en_US";
  const std::string sasl = S("AMQP\3\1\0\0");
  const std::string opc = "opc.tcp://ab:" PLANTED "@h:4840/?key=" PLANTED;
  return {
      {"mqtt",
       "connect and message",
       Tcp(1883),
       {{kClient, Tagged(0x10, mqtt)},
        {kServer, S("\x20\2\0\0")},
        {kClient, Tagged(0x30, Sized("topic") + PLANTED)}}},
      {"amqp",
       "0-9-1",
       Tcp(5672),
       {{kClient, S("AMQP\0\0\x09\1")},
        {kServer, S("\1\0\0\0\0\0\5\0\x0a\0\x0a\0\xce")},
        {kClient, S("\1\0\0") + SecretU32(start_ok.size()) + start_ok + "\xce"}}},
      {"amqp",
       "1.0",
       Tcp(5672),
       {{kClient, sasl},
        {kServer, sasl},
        {kClient, S("\0\0\0\x2d\2\1\0\0\0\x53\x41\xc0\x20\2\xa3\5PLAIN\xa0\x11") + response}}},
      {"opcua",
       "endpoint and token",
       Tcp(4840),
       {{kClient, "HELF" + SecretLe32(32 + opc.size()) + std::string(20, '\0') +
                      SecretLe32(opc.size()) + opc},
        {kServer, S("ACKF\x1c\0\0\0") + std::string(20, 'a')},
        {kClient, S("MSGF\x15\0\0\0" PLANTED)}},
       {"opcua_endpoint=" + opc}},
      {"diameter",
       "User-Password",
       Tcp(3868),
       {{kClient, S("\1\0\0\x38\x80\0\1\x09") + std::string(12, '\0') +
                      S("\0\0\1\x08\x40\0\0\x0ah.\0\0\0\0\0\2\x40\0\0\x15" PLANTED "\0\0\0")}}},
      {"bittorrent",
       "token",
       {.transport = Protocol::kUdp, .server_port = 6881},
       {{kClient, "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaa5:token13:" PLANTED
                  "e1:q13:announce_peer1:t2:aa1:y1:qe"}}},
  };
}

inline std::vector<SecretCase> SecretsOfRemoteAccess() {
  const auto netbios = [](const std::string& message) {
    return S("\0") + U24(message.size()) + message;
  };
  const auto smb2 = [&](char command, bool answer, const std::string& body) {
    return netbios("\xfeSMB" + S("\x40\0\0\0\0\0\0\0") + command + S("\0\0\0") +
                   static_cast<char>(answer) + S("\0\0\0") + std::string(44, '\0') + body);
  };
  const std::string negotiated = smb2(0, true, S("\x41\0\1\0\x11\3") + std::string(60, 'x'));
  const Conversation smb = {
      {kServer, negotiated},
      {kClient, smb2(1, false, S("\x19\0\0\1\0\0\0\0\0\0\0\0\x58\0\x0d\0") + PLANTED)},
      {kClient, netbios("\xffSMB\x73" + std::string(27, '\0') + S("\x0d\xff\0\0\0") + PLANTED)}};
  const std::string rpc = "id__" + SecretU32(0) + SecretU32(2) + SecretU32(100009) + SecretU32(1) +
                          SecretU32(1) + SecretU32(0) + SecretU32(0) + SecretU32(0) + SecretU32(0) +
                          SecretU32(13) + PLANTED + S("\0\0\0");
  const std::string cookie = "Cookie: mstshash=ab\r\n" + S("\1\0\x08\0\3\0\0\0");
  return {
      {"socks",
       "login",
       Tcp(1080),
       {{kClient, S("\5\1\2")},
        {kServer, S("\5\2")},
        {kClient, S("\1\2ab\x0d" PLANTED)},
        {kServer, S("\1\0")},
        {kClient, S("\5\1\0\1\x0a\0\0\1\0\x50")}}},
      {"vnc",
       "challenge",
       Tcp(5900),
       {{kServer, "RFB 003.008\n"},
        {kClient, "RFB 003.008\n"},
        {kServer, S("\1\2")},
        {kClient, "\2"},
        {kServer, "challengechallen"},
        {kClient, PLANTED "abc"}}},
      {"rdp",
       "login",
       Tcp(3389),
       {{kClient, S("\3\0") + U16(11 + cookie.size()) + static_cast<char>(6 + cookie.size()) +
                      S("\xe0\0\0\0\0\0") + cookie},
        {kServer, S("\3\0\0\x13\x0e\xd0\0\0\0\0\0\2\0\x08\0\1\0\0\0")},
        {kClient, S("\3\0\0\x14\2\xf0\x80" PLANTED)}}},
      {"smb", "session setup", Tcp(445), smb},
      {"netbios-ssn", "session setup", Tcp(445), smb},
      {"rpc", "yppasswd", OnPort(111), {{kClient, rpc}}},
      {"rpc", "yppasswd", Tcp(111), {{kClient, SecretU32(0x80000000 | rpc.size()) + rpc}}},
  };
}

inline std::vector<SecretCase> SecretsOfNetworks() {
  const std::string pdu = S("\xa0\x0d\2\1\1\2\1\0\2\1\0\x30\2\x30\0");
  const std::string radius = S("\1i") + U16(20 + 30 + 4) + std::string(16, 'a') + S("\1\4ab") +
                             S("\2\x0f" PLANTED) + S("\x50\x0f" PLANTED);
  const std::string dhcp = S("\1\1\6\0") + std::string(24, '\0') + S("\0\x1b\x21\xaa\xbb\x0c") +
                           std::string(10 + 64 + 128, '\0') + S("\x63\x82\x53\x63\x35\1\1") +
                           Tagged(90, std::string(11, '\0') + PLANTED) + "\xff";
  const auto community = [&](int version) {
    return Tagged(0x30, S("\2\1") + static_cast<char>(version) + Tagged(4, PLANTED) + pdu);
  };
  const std::string v3 =
      Tagged(0x30, S("\2\1\3\x30\x0d\2\1\1\2\2\5\xdc\4\1\4\2\1\3") + Tagged(4, PLANTED) +
                       Tagged(0x30, Tagged(4, "") + Tagged(4, PLANTED) + pdu));
  const auto iscsi = [](const std::string& pairs) {
    return S("\x43\x87\0\0\0") + U24(pairs.size()) + std::string(40, '\0') + pairs +
           std::string((4 - pairs.size() % 4) % 4, '\0');
  };
  return {
      {"snmp", "v1", OnPort(161), {{kClient, community(0)}}, {"snmp_community=" PLANTED}},
      {"snmp", "v2c", OnPort(162), {{kClient, community(1)}}, {"snmp_community=" PLANTED}},
      {"snmp", "v3", OnPort(161), {{kClient, v3}}},
      {"radius", "User-Password", OnPort(1812), {{kClient, radius}}},
      {"coap",
       "query and payload",
       OnPort(5683),
       {{kClient, S("\x41\1\0\1t\xb3"
                    "foo\x4d\6t=k&p=" PLANTED "\xff" PLANTED)}},
       {"coap_query=t=k&p=" PLANTED}},
      {"iscsi",
       "CHAP",
       Tcp(3260),
       {{kClient, iscsi(S("InitiatorName=iqn.2003-01.org.example:a\0AuthMethod=CHAP\0")) +
                      iscsi(S("CHAP_N=ab\0CHAP_R=" PLANTED "\0"))}}},
      {"ipmi",
       "straight password and a new one",
       OnPort(623),
       {{kClient, S("\6\0\xff\7\4\1\0\0\0abcd" PLANTED "\0\0\0\x19 \x18\xc8\x81\4\x47\2\2") +
                      PLANTED + std::string(4, '\0')}}},
      {"tftp",
       "file",
       OnPort(69),
       {{kClient, S("\0\1config\0octet\0")}, {kServer, S("\0\3\0\1") + PLANTED}}},
      {"rip",
       "simple password",
       OnPort(520),
       {{kClient, S("\2\2\0\0\xff\xff\0\2") + PLANTED + S("\0\0\0")}}},
      {"bfd",
       "simple password",
       OnPort(3784),
       {{kClient, S("\x20\xc4\3\x28\0\0\0\1") + std::string(16, '\0') + S("\1\x10\1") + PLANTED}}},
      {"hsrp",
       "password",
       OnPort(1985),
       {{kClient, S("\0\0\x10\3\x0a\x64\1\0secret\0\0\x0a\0\0\1")}}},
      {"dhcp", "token", OnPort(67), {{kClient, dhcp}}},
      {"bacnet",
       "reinitialize",
       OnPort(47808),
       {{kClient, S("\x81\x0a\0\x1c\1\4\0\5\1\x14\x09\0\x1d\x0e\0" PLANTED)}}},
  };
}

inline std::vector<SecretCase> SecretsOfServers() {
  const auto text = [](const std::string& bytes) { return Sized(bytes) + S("\0"); };
  const std::string request = S("\2\2") + text("HTTP/1.1") + text("/a?t=" PLANTED) + text("ip") +
                              text("a") + text("h") + S("\0\x50\0\0\1\xa0\x09") + text(PLANTED) +
                              S("\5") + text("t=" PLANTED) + "\xff";
  const std::string headers = S("\1\15Authorization\15" PLANTED);
  return {
      {"ajp",
       "query and cookie",
       Tcp(8009),
       {{kClient, "\x12\x34" + Sized(request)}, {kClient, "\x12\x34" + Sized(Sized(PLANTED))}},
       {"ajp_path=/a?t=" PLANTED}},
      {"x11",
       "cookie",
       Tcp(6010),
       {{kClient, S("l\0\x0b\0\0\0\x12\0\x10\0\0\0MIT-MAGIC-COOKIE-1\0\0" PLANTED "abc")},
        {kServer, S("\0\x0d\x0b\0\0\0\4\0" PLANTED)}}},
      {"tacacs", "not obfuscated", Tcp(49), {{kClient, S("\xc1\1\1\1abcd\0\0\0\x0d" PLANTED)}}},
      {"elasticsearch",
       "headers",
       Tcp(9300),
       {{kClient,
         "ES" + SecretU32(13 + headers.size()) + S("\0\0\0\0\0\0\0\1\0\0\x6d\x68\x33") + headers}}},
  };
}

}  // namespace rustnet::net
