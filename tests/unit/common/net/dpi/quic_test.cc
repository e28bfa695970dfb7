// SPDX-License-Identifier: Apache-2.0
// Without libcrypto nothing can be opened.
#ifdef RUSTNET_WITH_CRYPTO
#include "tests/unit/common/net/dpi/quic_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr QuicSecrets kV1{{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                           0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                          QuicLabels::kV1};
constexpr QuicSecrets kV2{{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                           0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9},
                          QuicLabels::kV2};
const std::string kOne = S("\0\0\0\1");
const std::string kTwo = "\x6b\x33\x43\xcf";
const std::string kId = Unhex("8394c8f03e515708");

// RFC 9001 appendix A.3, RFC 9369 appendix A.3: a server's Initial.
const std::string kServerV1 = Unhex(
    "cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780b"
    "b38cc5a99f5ede4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19"
    "fb84022f8ef4cdd93795d77d06edbb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee");
const std::string kServerV2 = Unhex(
    "dc6b3343cf0008f067a5502a4262b5004075d92faaf16f05d8a4398c47089698baeea26b91eb761d9b89237bbf8726"
    "3017915358230035f7fd3945d88965cf17f9af6e16886c61bfc703106fbaf3cb4cfa52382dd16a393e427575076980"
    "75"
    "b2c984c707f0a0812d8cd5a6881eaf21ceda98f4bd23f6fe1a3e2c43edd9ce7ca84bed8521e2e140");
constexpr std::string_view kServerFrames =
    "02000000000600405a020000560303eefce7f7b37ba1d1632e96677825ddf73988cfc79825df566dc5430b9a045a12"
    "00130100002e00330024001d00209d3c940d89690b84d08a60993c144eca684d1081287c834d5311bcf32bb9da1a00"
    "2b00020304";

QuicKeyPair KeysOf(const QuicSecrets& secrets, const std::string& id) {
  return InitialKeys(secrets, AsBytes(id));
}

const QuicKeyPair kKeys1 = KeysOf(kV1, kId);
const QuicKeyPair kKeys2 = KeysOf(kV2, kId);

// A ClientHello of example.com with ALPN h3 and TLS 1.3.
const std::string kHello = [] {
  const std::string extensions =
      S("\0\0\0\x10\0\x0e\0\0\x0b") + "example.com" + S("\0\x10\0\5\0\3\2h3\0\x2b\0\3\2\3\4");
  const std::string body =
      "\3\3" + std::string(32, 'r') + S("\0\0\2\x13\1\1\0") + U16(extensions.size()) + extensions;
  return "\1" + U24(body.size()) + body;
}();

std::string ClientInitial(const std::string& frames, const std::string& id = kId,
                          const std::string& token = "") {
  return Initial(KeysOf(kV1, id).client, '\xc3', kOne, id, "", token, frames, 1000);
}

TEST(QuicCryptoTest, KeysOfBothAppendices) {
  EXPECT_EQ(Hex(kKeys1.client.key), "1f369613dd76d5467730efcbe3b1a22d");
  EXPECT_EQ(Hex(kKeys1.client.iv), "fa044b2f42a3fd3b46fb255c");
  EXPECT_EQ(Hex(kKeys1.client.header), "9f50449e04a0e810283a1e9933adedd2");
  EXPECT_EQ(Hex(kKeys1.server.key), "cf3a5331653c364c88f0f379b6067e37");
  EXPECT_EQ(Hex(kKeys1.server.iv), "0ac1493ca1905853b0bba03e");
  EXPECT_EQ(Hex(kKeys1.server.header), "c206b8d9b9f0f37644430b490eeaa314");
  EXPECT_EQ(Hex(kKeys2.client.key), "8b1a0bc121284290a29e0971b5cd045d");
  EXPECT_EQ(Hex(kKeys2.client.iv), "91f73e2351d8fa91660e909f");
  EXPECT_EQ(Hex(kKeys2.client.header), "45b95e15235d6f45a6b19cbcb0294ba9");
  EXPECT_EQ(Hex(kKeys2.server.key), "82db637861d55e1d011f19ea71d5d2a7");
  EXPECT_EQ(Hex(kKeys2.server.iv), "dd13c276499c0249d3310652");
  EXPECT_EQ(Hex(kKeys2.server.header), "edf6d05c83121201b436e16877593c3a");
}

TEST(QuicCryptoTest, ServersInitialOfBothAppendices) {
  std::vector<uint8_t> scratch;
  const auto open = [&](const QuicKeys& keys, const std::string& packet) {
    return Hex(OpenInitial(keys, AsBytes(packet), 18, &scratch));
  };
  EXPECT_EQ(open(kKeys1.server, kServerV1), kServerFrames);
  EXPECT_EQ(open(kKeys2.server, kServerV2), kServerFrames);
  EXPECT_EQ(open(kKeys1.client, kServerV1), "");
  std::string changed = kServerV1;
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_EQ(open(kKeys1.server, changed), "");
  for (size_t n = 0; n < kServerV1.size(); ++n) {
    EXPECT_EQ(open(kKeys1.server, kServerV1.substr(0, n)), "") << n;
  }
}

TEST(QuicTest, Probes) {
  const std::string retry = S("\xf0\0\0\0\1\0\1s") + "token" + std::string(16, 't');
  CheckProbe(
      &ProbeQuic,
      {{"Client", ClientInitial(Crypto(0, kHello)), Verdict::kMatch},
       {"Server", kServerV1, Verdict::kMatch},
       {"Version 2", kServerV2, Verdict::kMatch},
       {"Retry", retry, Verdict::kMatch},
       {"Negotiation", S("\x80\0\0\0\0\1d\1s\x1a\x2a\x3a\x4a\0\0\0\1"), Verdict::kMatch},
       {"Negotiation of nothing known", S("\x80\0\0\0\0\1d\1s\0\0\0\7"), Verdict::kNeedMore},
       {"Short header", "\x40" + std::string(50, 'x'), Verdict::kNotMine},
       {"Unknown version", S("\xc0\0\0\0\7\1d\1s") + std::string(50, 'x'), Verdict::kNotMine},
       {"No fixed bit", S("\x80\0\0\0\1\1d\1s") + std::string(50, 'x'), Verdict::kNotMine},
       {"Long id", S("\xc0\0\0\0\1\x15") + std::string(50, 'x'), Verdict::kNotMine},
       {"Cut", kServerV1.substr(0, 100), Verdict::kNeedMore},
       {"Reserved", S("\xc0\x1a\x2a\x3a\x4a\1d\1s") + std::string(1200, 'x'), Verdict::kMatch}});
}

const std::vector<std::string> kFacts = {"quic_version=v1", "sni=example.com", "alpn=h3",
                                         "tls_offered=TLS1.3"};

// Without the fingerprints.
std::vector<std::string> WithoutPrints(std::vector<std::string> facts) {
  std::erase_if(facts, [](const std::string& f) { return f.starts_with("ja"); });
  return facts;
}

std::vector<std::string> With(std::vector<std::string> facts,
                              const std::vector<std::string>& more) {
  facts.insert(facts.end(), more.begin(), more.end());
  return facts;
}

TEST(QuicTest, BothHellos) {
  const Result result =
      Feed({{kClient, ClientInitial(Crypto(0, kHello))}, {kServer, kServerV1}}, OnPort(4433));
  EXPECT_THAT(result.protocols, ElementsAre("quic"));
  EXPECT_EQ(WithoutPrints(result.facts), With(kFacts, {"tls_version=TLS1.3", "tls_cipher=4865"}));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_TRUE(result.wants_more);  // it does not stand yet
}

// A server may answer in another version with keys from the same id (RFC 9368).
TEST(QuicTest, TheServerChoosesVersion2) {
  const Result result =
      Feed({{kClient, ClientInitial(Crypto(0, kHello))}, {kServer, kServerV2}}, OnPort(4433));
  EXPECT_EQ(WithoutPrints(result.facts),
            With(kFacts, {"quic_version=v2", "tls_version=TLS1.3", "tls_cipher=4865"}));
}

TEST(QuicTest, AScatteredHello) {
  const std::string late =
      Crypto(20, kHello.substr(20, 15)) + S("\0\1") + Crypto(60, kHello.substr(60));
  const std::string early = Crypto(35, kHello.substr(35, 25)) + Crypto(0, kHello.substr(0, 22));
  EXPECT_EQ(WithoutPrints(Feed({{kClient, ClientInitial(late)}, {kClient, ClientInitial(early)}},
                               OnPort(4433))
                              .facts),
            kFacts);
  // In one datagram, with a packet of 0-RTT between.
  const std::string zero_rtt = S("\xd0\0\0\0\1\0\0\x40\x20") + std::string(32, 'z');
  EXPECT_EQ(WithoutPrints(Feed({{kClient, ClientInitial(late) + zero_rtt + ClientInitial(early)}},
                               OnPort(4433))
                              .facts),
            kFacts);
}

TEST(QuicTest, BehindARetryTheKeysAreOthers) {
  const std::string id = "new id";
  const std::string retry = S("\xf0\0\0\0\1\0\6") + id + "token" + std::string(16, 't');
  const Result result = Feed({{kClient, ClientInitial("\1")},
                              {kServer, retry},
                              {kClient, ClientInitial(Crypto(0, kHello), id, "token")}},
                             OnPort(4433));
  EXPECT_EQ(WithoutPrints(result.facts),
            (std::vector<std::string>{"quic_version=v1", "quic_retry=true", "sni=example.com",
                                      "alpn=h3", "tls_offered=TLS1.3"}));
}

TEST(QuicTest, ACloseIsTheEnd) {
  const std::string close = S("\x1c\x41\x28\0\0");
  const std::string answer = Initial(kKeys1.server, '\xc3', kOne, "", "s", "", close, 40);
  const Result result =
      Feed({{kClient, ClientInitial(Crypto(0, kHello))}, {kServer, answer}}, OnPort(4433));
  EXPECT_THAT(result.facts, testing::Contains("quic_error=296"));
  EXPECT_EQ(result.standing.stage, Stage::kQuicDraining);
  EXPECT_FALSE(result.wants_more);
}

// What passes behind a connection that stands is not read.
TEST(QuicTest, EndsWhereItIsConnected) {
  const std::string rest = U16(0x4000 | 40) + std::string(40, 'h');
  const std::string id = kServerV1.substr(7, 8);
  const std::string client_handshake = S("\xe0\0\0\0\1\x08") + id + S("\0") + rest;
  const std::string server_handshake = S("\xe0\0\0\0\1\0\x08") + id + rest;
  Conversation conversation = {{kClient, ClientInitial(Crypto(0, kHello))}};
  EXPECT_EQ(Feed(conversation, OnPort(4433)).standing.stage, Stage::kQuicInitial);
  conversation.push_back({kServer, kServerV1 + server_handshake});
  EXPECT_EQ(Feed(conversation, OnPort(4433)).standing.stage, Stage::kQuicHandshake);
  conversation.push_back({kClient, client_handshake + "\x41" + id + std::string(30, 'd')});
  const Result result = Feed(conversation, OnPort(4433));
  EXPECT_EQ(result.standing.stage, Stage::kQuicConnected);
  EXPECT_FALSE(result.wants_more);
}

TEST(QuicTest, TheClientsIdleTimeout) {
  const std::string parameters = S("\1\4\x80\0\x75\x30\3\2\x45\xc0");
  const std::string extensions = S("\0\x39") + U16(parameters.size()) + parameters;
  const std::string body =
      "\3\3" + std::string(32, 'r') + S("\0\0\2\x13\1\1\0") + U16(extensions.size()) + extensions;
  const std::string hello = "\1" + U24(body.size()) + body;
  const Result result = Feed({{kClient, ClientInitial(Crypto(0, hello))}}, OnPort(4433));
  EXPECT_THAT(result.facts, testing::Contains("quic_idle_timeout=30000"));
  EXPECT_THAT(result.facts, testing::Contains("quic_max_udp_payload=1472"));
  EXPECT_EQ(result.standing, (Standing{Stage::kQuicInitial, 30'000}));
}

TEST(QuicTest, AWrongTagTeachesNothing) {
  std::string forged = ClientInitial(Crypto(0, kHello));
  forged.back() = static_cast<char>(forged.back() ^ 1);
  const Result result = Feed({{kClient, forged}}, OnPort(4433));
  EXPECT_THAT(result.facts, ElementsAre("quic_version=v1"));
  const Result many = Feed(Conversation(40, {kClient, forged}), OnPort(4433));
  EXPECT_FALSE(many.wants_more);
}

TEST(QuicTest, Truncations) {
  CheckTruncations(ClientInitial(Crypto(0, kHello)), 4433, 0);
  // Any frames at all.
  for (int type = 0; type < 64; ++type) {
    const std::string frames = std::string(1, static_cast<char>(type)) + std::string(40, '\xff');
    Feed({{kClient, ClientInitial(frames)}}, OnPort(4433));
  }
}

}  // namespace
}  // namespace rustnet::net

#endif
