// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kSession = "sessions";
constexpr size_t kHead = 9;
const std::string kReplay = S("\0\0\0\1\x60\0\0\0");
const std::string kClientReset = "\x38" + kSession + S("\0\0\0\0\0");
const std::string kServerReset = "\x40" + kSession + S("\1\0\0\0\0") + kSession + S("\0\0\0\0");
const std::string kAuthenticated =
    "\x38" + kSession + std::string(20, 'h') + kReplay + S("\0\0\0\0\0");
const std::string kCrypted = "\x38" + kSession + kReplay + std::string(37, 'c');

TEST(OpenvpnTest, ResetsInEachForm) {
  CheckProbe(&ProbeOpenvpn, {{"Client", kClientReset, Verdict::kMatch},
                             {"Server", kServerReset, Verdict::kMatch},
                             {"tls-auth", kAuthenticated, Verdict::kMatch},
                             {"tls-crypt", kCrypted, Verdict::kMatch},
                             {"Noise", "\x38" + std::string(60, 'n'), Verdict::kNeedMore},
                             {"Data", "\x30" + std::string(60, 'n'), Verdict::kNotMine}});
  const Result udp = Feed({{kClient, kClientReset}, {kServer, kServerReset}}, OnPort(4711));
  EXPECT_THAT(udp.protocols, ElementsAre("openvpn"));
  EXPECT_THAT(udp.facts, ElementsAre("openvpn_opcode=7", "openvpn_opcode=8"));
  const Result tcp = CheckEveryCut({{kClient, U16(kClientReset.size()) + kClientReset},
                                    {kServer, U16(kServerReset.size()) + kServerReset}},
                                   {.server_port = 4711});
  EXPECT_EQ(tcp.facts, udp.facts);
}

// A piece of TLS; `head` stands behind the session id.
std::string Control(uint8_t number, const std::string& piece, const std::string& head = "",
                    const std::string& session = kSession) {
  return "\x20" + session + head + S("\1\0\0\0\0") + kSession + S("\0\0\0") +
         static_cast<char>(number) + piece;
}

// RFC 8446 section 4.1.3, in a record.
const std::string kTlsAnswer = S("\x16\x03\x03\x00\x2a\x02\x00\x00\x26\x03\x03") +
                               std::string(32, 'r') + S("\x00\x13\x01\x00");
const std::vector<std::string> kOfTls = {"openvpn", "tls"};

std::vector<std::string> TlsFacts(const Result& result) {
  std::vector<std::string> facts;
  for (const std::string& fact : result.facts) {
    if (fact.starts_with("tls_")) facts.push_back(fact);
  }
  return facts;
}

TEST(OpenvpnTest, TlsInPieces) {
  const std::string early = Control(2, kTlsHello.substr(9, 20));
  const Result udp = Feed({{kClient, kClientReset},
                           {kServer, kServerReset},
                           {kClient, early},
                           {kClient, Control(3, kTlsHello.substr(29))},
                           {kClient, early},
                           {kClient, Control(1, kTlsHello.substr(0, 9))},
                           {kClient, Control(1, kTlsHello.substr(0, 9))},
                           {kServer, Control(1, kTlsAnswer)},
                           {kServer, Control(2, S("\x14\x03\x03\0\1\1"))}},
                          OnPort(4711));
  EXPECT_EQ(udp.protocols, kOfTls);
  EXPECT_THAT(TlsFacts(udp),
              ElementsAre("tls_offered=TLS1.2", "tls_version=TLS1.2", "tls_cipher=4865"));
  EXPECT_FALSE(udp.wants_more);
  const auto framed = [](const std::string& packet) { return U16(packet.size()) + packet; };
  const Result tcp =
      CheckEveryCut({{kClient, framed(kClientReset)},
                     {kServer, framed(kServerReset)},
                     {kClient, framed(Control(1, kTlsHello.substr(0, 9))) +
                                   framed(Control(2, kTlsHello.substr(9)))},
                     {kServer, framed(Control(1, kTlsAnswer + S("\x14\x03\x03\0\1\1")))}},
                    {.server_port = 4711});
  EXPECT_EQ(tcp.protocols, kOfTls);
  EXPECT_EQ(TlsFacts(tcp), TlsFacts(udp));
}

TEST(OpenvpnTest, TlsBehindAChecksum) {
  const std::string head = std::string(20, 'h') + kReplay;
  const Result result =
      Feed({{kClient, kAuthenticated}, {kClient, Control(1, kTlsHello, head)}}, OnPort(4711));
  EXPECT_EQ(result.protocols, kOfTls);
  const Result crypted =
      Feed({{kClient, kCrypted}, {kClient, Control(1, kTlsHello, kReplay)}}, OnPort(4711));
  EXPECT_THAT(crypted.protocols, ElementsAre("openvpn"));
}

TEST(OpenvpnTest, WhatIsNoTls) {
  const auto protocols = [](const std::string& packet) {
    return Feed({{kClient, kClientReset}, {kClient, packet}}, OnPort(4711)).protocols;
  };
  EXPECT_THAT(protocols(Control(1, std::string(50, 'x'))), ElementsAre("openvpn"));
  EXPECT_THAT(protocols(Control(1, kTlsHello, "", "another!")), ElementsAre("openvpn"));
  EXPECT_THAT(protocols(Control(0, kTlsHello)), ElementsAre("openvpn"));
  for (size_t n = 1; n < kHead; ++n) {
    EXPECT_THAT(protocols(Control(1, kTlsHello).substr(0, n)), ElementsAre("openvpn")) << n;
  }
}

// A session that begins again is read anew; pieces that never come are given up.
TEST(OpenvpnTest, LostPieces) {
  Conversation conversation = {{kClient, kClientReset}};
  for (uint8_t number = 2; number < 60; ++number) {
    conversation.push_back({kClient, Control(number, "x")});
  }
  const Result lost = Feed(conversation, OnPort(4711));
  EXPECT_THAT(lost.protocols, ElementsAre("openvpn"));
  EXPECT_GT(lost.facts_dropped, 0u);
  conversation.push_back({kClient, "\x38" + std::string("another!") + S("\0\0\0\0\0")});
  conversation.push_back({kClient, Control(1, kTlsHello, "", "another!")});
  EXPECT_EQ(Feed(conversation, OnPort(4711)).protocols, kOfTls);
}

TEST(OpenvpnTest, DataEndsIt) {
  EXPECT_TRUE(Feed({{kClient, kClientReset}, {kServer, kServerReset}}, OnPort(1194)).wants_more);
  EXPECT_FALSE(Feed({{kClient, kClientReset},
                     {kServer, kServerReset},
                     {kServer,
                      "\x30"
                      "data"}},
                    OnPort(1194))
                   .wants_more);
}

}  // namespace
}  // namespace rustnet::net
