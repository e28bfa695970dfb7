// SPDX-License-Identifier: Apache-2.0
// Secrets planted in protocols of lines and headers.
#pragma once

#include "tests/unit/common/net/dpi/secrets_testing.h"

namespace rustnet::net {

inline std::vector<SecretCase> SecretsOfTheWeb() {
  const std::string ok = "HTTP/1.1 200 OK\r\nSet-Cookie: id=" PLANTED "\r\nLocation: /x?t=" PLANTED
                         "\r\nContent-Length: 13\r\n\r\n" PLANTED;
  return {
      {"http",
       "query",
       Tcp(80),
       {{kClient, "GET /a?token=" PLANTED "#" PLANTED
                  " HTTP/1.1\r\nHost: h\r\nReferer: http://h/?" PLANTED "\r\n\r\n"},
        {kServer, ok}},
       {"http_path=/a?token=" PLANTED "#" PLANTED}},
      {"http",
       "headers and body",
       Tcp(8080),
       {{kClient,
         "POST /login HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YWI6" PLANTED_BASE64
         "\r\nProxy-Authorization: Digest response=\"" PLANTED "\"\r\nCookie: session=" PLANTED
         "\r\nX-Api-Key: " PLANTED "\r\nContent-Length: 22\r\n\r\npassword=" PLANTED},
        {kServer, ok}}},
      {"http",
       "chunks and trailers",
       Tcp(8080),
       {{kClient, "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nd\r\n" PLANTED
                  "\r\n0\r\nAuthorization: " PLANTED "\r\n\r\n"}}},
      {"http",
       "absolute target",
       Tcp(3128),
       {{kClient,
         "GET http://ab:" PLANTED "@h/p?" PLANTED " HTTP/1.1\r\nHost: ab:" PLANTED "@h\r\n\r\n"},
        {kServer, ok}},
       {"http_path=http://ab:" PLANTED "@h/p?" PLANTED, "http_host=ab:" PLANTED "@h"}},
      {"http",
       "tunnel",
       Tcp(3128),
       {{kClient, "CONNECT ab:" PLANTED "@h:443 HTTP/1.1\r\nHost: h\r\n\r\n"},
        {kServer, "HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n"}},
       {"http_path=ab:" PLANTED "@h:443"}},
      {"websocket",
       "query and key",
       Tcp(80),
       {{kClient, "GET /chat?token=" PLANTED " HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                  "Sec-WebSocket-Key: " PLANTED_BASE64 "\r\n\r\n"},
        {kServer, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\n\r\n\x81\x0d" PLANTED}},
       {"http_path=/chat?token=" PLANTED}},
      {"rtsp",
       "URL and digest",
       Tcp(554),
       {{kClient, "DESCRIBE rtsp://ab:" PLANTED "@cam/1?key=" PLANTED
                  " RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest response=\"" PLANTED
                  "\"\r\nContent-Length: 13\r\n\r\n" PLANTED},
        {kServer, "RTSP/1.0 401 no\r\nWWW-Authenticate: Digest nonce=\"" PLANTED "\"\r\n\r\n"}},
       {"rtsp_url=rtsp://ab:" PLANTED "@cam/1?key=" PLANTED}},
      {"ssdp",
       "URL of a device",
       OnPort(1900),
       {{kClient,
         "NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\nLOCATION: http://h/x?" PLANTED "\r\n\r\n"},
        {kServer, "HTTP/1.1 200 OK\r\nST: x\r\nLOCATION: http://ab:" PLANTED "@h/\r\n\r\n"}}},
  };
}

inline std::vector<SecretCase> SecretsOfCalls() {
  const std::string sip =
      "REGISTER sip:ab:" PLANTED "@h?Subject=" PLANTED
      " SIP/2.0\r\nVia: SIP/2.0/TCP a\r\n"
      "From: <sip:ab@h?x=" PLANTED ">\r\nAuthorization: Digest username=\"ab\", response=\"" PLANTED
      "\"\r\nProxy-Authorization: Basic YWI6" PLANTED_BASE64
      "\r\nContent-Length: 22\r\n\r\na=crypto:" PLANTED;
  return {
      {"sip", "stream", Tcp(5060), {{kClient, sip}, {kServer, "SIP/2.0 200 OK\r\nl: 0\r\n\r\n"}}},
      {"sip", "datagram", OnPort(5060), {{kClient, sip}}},
      {"irc",
       "passwords and keys",
       Tcp(6667),
       {{kClient, "PASS " PLANTED "\r\nNICK ab\r\nUSER ab 0 * :" PLANTED "\r\n"},
        {kServer, ":irc.example 001 ab :Welcome\r\n"},
        {kClient, "OPER ab " PLANTED "\r\nPRIVMSG NickServ :IDENTIFY " PLANTED
                  "\r\nNICKSERV IDENTIFY " PLANTED "\r\n"},
        {kClient, "AUTHENTICATE PLAIN\r\nAUTHENTICATE YWIAYWIA" PLANTED_BASE64 "\r\n"},
        {kClient, "JOIN #a,#b " PLANTED "\r\nMODE #a +k " PLANTED "\r\n" PLANTED "\r\n"}}},
      {"xmpp",
       "SASL",
       Tcp(5222),
       {{kClient,
         "<stream:stream to='h' xmlns:stream='http://etherx.jabber.org/streams' x='" PLANTED "'>"},
        {kClient, "<auth mechanism='PLAIN'>AGEA" PLANTED_BASE64 "</auth>"},
        {kClient, "<iq><query><password>" PLANTED "</password></query></iq>"}}},
      {"syslog", "text", OnPort(514), {{kClient, "<34>Oct 11 22:14:15 h su: password " PLANTED}}},
      {"syslog", "text", Tcp(514), {{kClient, "<34>Oct 11 22:14:15 h su: " PLANTED "\n"}}},
      {"telnet",
       "typed",
       Tcp(23),
       {{kServer, S("\xff\xfd\x18\xff\xfd\x27login: ")},
        {kClient, S("\xff\xfb\x18\xff\xfa\x27\0\0PASS\1" PLANTED "\xff\xf0") + "ab\r\n"},
        {kServer, "Password: "},
        {kClient, PLANTED "\r\n"}}},
  };
}

inline std::vector<SecretCase> SecretsOfMail() {
  return {
      {"ftp",
       "login",
       Tcp(21),
       {{kServer, "220 FTP\r\n"},
        {kClient, "USER ab\r\nPASS " PLANTED "\r\nACCT " PLANTED "\r\nADAT " PLANTED_BASE64 "\r\n"},
        {kServer, "230-in\r\n" PLANTED "\r\n230 in\r\n"},
        {kClient, PLANTED "\r\nSITE PSWD " PLANTED "\r\n"}}},
      {"smtp",
       "AUTH PLAIN",
       Tcp(25),
       {{kServer, "220 x ESMTP\r\n"},
        {kClient, "EHLO a.b\r\nAUTH PLAIN AGEA" PLANTED_BASE64 "\r\n"},
        {kServer, "235 in\r\n"},
        {kClient, "XCLIENT LOGIN=" PLANTED "\r\nMAIL FROM:<a@b> AUTH=" PLANTED "\r\n"},
        {kClient, "DATA\r\nSubject: " PLANTED "\r\n\r\n" PLANTED "\r\n.\r\n"}}},
      {"smtp",
       "AUTH LOGIN",
       Tcp(587),
       {{kServer, "220 x ESMTP\r\n"},
        {kClient, "EHLO a.b\r\nAUTH LOGIN\r\n"},
        {kServer, "334 VXNlcm5hbWU6\r\n"},
        {kClient, PLANTED_BASE64 "\r\n"},
        {kServer, "334 UGFzc3dvcmQ6\r\n"},
        {kClient, PLANTED "\r\n"}}},
      {"pop3",
       "login",
       Tcp(110),
       {{kServer, "+OK POP3\r\n"},
        {kClient, "USER ab\r\nPASS " PLANTED "\r\nAPOP ab " PLANTED "\r\n"},
        {kServer, "+OK\r\n"},
        {kClient, "AUTH PLAIN AGEA" PLANTED_BASE64 "\r\n"},
        {kServer, "+ \r\n"},
        {kClient, PLANTED_BASE64 "\r\n" PLANTED "\r\n"}}},
      {"imap",
       "login",
       Tcp(143),
       {{kServer, "* OK IMAP4rev1\r\n"},
        {kClient, "a1 LOGIN ab \"" PLANTED "\"\r\na2 LOGIN ab {13+}\r\n" PLANTED "\r\n"},
        {kServer, "a1 NO\r\na2 NO\r\n"},
        {kClient, "a3 AUTHENTICATE PLAIN AGEA" PLANTED_BASE64 "\r\n"},
        {kServer, "+ \r\n"},
        {kClient, PLANTED_BASE64 "\r\na4 " PLANTED "\r\n"}}},
      {"nntp",
       "AUTHINFO",
       Tcp(119),
       {{kServer, "200 NNTP\r\n"},
        {kClient, "AUTHINFO USER ab\r\nAUTHINFO PASS " PLANTED "\r\n"},
        {kClient, "AUTHINFO SASL PLAIN AGEA" PLANTED_BASE64 "\r\n" PLANTED "\r\n"}}},
  };
}

inline std::vector<SecretCase> SecretsOfStores() {
  const auto bulk = [](const std::vector<std::string>& words) {
    std::string text = "*" + std::to_string(words.size()) + "\r\n";
    for (const std::string& word : words) {
      text += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
    }
    return text;
  };
  return {
      {"redis",
       "AUTH",
       Tcp(6379),
       {{kClient, bulk({"AUTH", "ab", PLANTED}) + bulk({"HELLO", "3", "AUTH", "ab", PLANTED})},
        {kServer, "+OK\r\n"},
        {kClient, bulk({"CONFIG", "SET", "requirepass", PLANTED}) + bulk({PLANTED})},
        {kClient, "AUTH " PLANTED "\r\n" PLANTED "\r\n"}}},
      {"memcached",
       "SASL in text",
       Tcp(11211),
       {{kClient, "set auth 0 0 16\r\nab " PLANTED "\r\n" PLANTED "\r\nget " PLANTED "\r\n"},
        {kServer, "STORED\r\n"}}},
      {"memcached",
       "SASL in packets",
       Tcp(11211),
       {{kClient, S("\x80\x21\0\5\0\0\0\0\0\0\0\x16\0\0\0\0\0\0\0\0\0\0\0\0PLAIN\0ab\0" PLANTED)}}},
      {"memcached",
       "datagram",
       OnPort(11211),
       {{kClient, S("\0\1\0\0\0\1\0\0set " PLANTED " 0 0 13\r\n" PLANTED "\r\n")}}},
  };
}

inline std::vector<SecretCase> SecretsOfTools() {
  return {
      {"git",
       "query and user",
       Tcp(9418),
       {{kClient, S("0046git-upload-pack //h/a?token=" PLANTED "\0host=ab:" PLANTED "@h\0")}},
       {"git_repository=//h/a?token=" PLANTED, "git_host=ab:" PLANTED "@h"}},
      {"rsync",
       "digest",
       Tcp(873),
       {{kServer, "@RSYNCD: 31.0\n"},
        {kClient, "@RSYNCD: 31.0\nmodule\n"},
        {kServer, "@RSYNCD: AUTHREQD " PLANTED "\n"},
        {kClient, "ab " PLANTED "\n"}}},
      {"nats",
       "options and messages",
       Tcp(4222),
       {{kServer, "INFO {\"nonce\":\"" PLANTED "\"}\r\n"},
        {kClient,
         "CONNECT {\"user\":\"ab\",\"pass\":\"" PLANTED "\",\"auth_token\":\"" PLANTED "\"}\r\n"},
        {kClient, "PUB a 21\r\nSUB " PLANTED " 1\r\n\r\n"},
        {kServer, "MSG a 1 21\r\nPUB " PLANTED " 1\r\n\r\n" PLANTED "\r\n"}}},
      {"fix",
       "logon",
       Tcp(4711),
       {{kClient, "8=FIX.4.4\0019=30\00135=A\001553=ab\001554=" PLANTED "\00110=123\001"},
        {kServer, "8=FIX.4.4\0019=22\00135=3\00158=" PLANTED "\00110=123\001"}}},
      {"rlogin",
       "typed",
       Tcp(513),
       {{kClient, S("\0ab\0ab\0xterm/38400\0")},
        {kServer, S("\0Password: ")},
        {kClient, PLANTED "\r"}}},
  };
}

}  // namespace rustnet::net
