// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/ja4.h"
#include "common/net/dpi/md5.h"
#include "common/net/dpi/tls_hello.h"
#include "tests/unit/common/net/dpi/certificate_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const Setting kOdd{.server_port = 12345};
const Setting kPort443{.server_port = 443};

std::string U8(size_t n) { return {static_cast<char>(n)}; }
std::string Record(int type, const std::string& body, size_t version = 0x0301) {
  return U8(static_cast<size_t>(type)) + U16(version) + U16(body.size()) + body;
}
std::string Message(int type, const std::string& body) {
  return U8(static_cast<size_t>(type)) + U24(body.size()) + body;
}
std::string Extension(size_t type, const std::string& body) {
  return U16(type) + U16(body.size()) + body;
}
std::string Sni(const std::string& name) {
  return Extension(0, U16(name.size() + 3) + U8(0) + U16(name.size()) + name);
}
std::string Alpn(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += U8(name.size()) + name;
  return Extension(16, U16(list.size()) + list);
}
std::string Versions(const std::vector<size_t>& versions) {
  std::string list;
  for (const size_t v : versions) list += U16(v);
  return Extension(43, U8(list.size()) + list);
}

std::string ClientHello(const std::string& extensions, size_t version = 0x0303) {
  const std::string ciphers = U16(0x2a2a) + U16(0x1301) + U16(0xc02f);
  return Message(1, U16(version) + std::string(32, 'r') + U8(32) + std::string(32, 's') +
                        U16(ciphers.size()) + ciphers + U8(1) + U8(0) + U16(extensions.size()) +
                        extensions);
}
std::string ServerHello(size_t version, size_t cipher, const std::string& extensions,
                        const std::string& random = std::string(32, 'R')) {
  const std::string tail = extensions.empty() ? "" : U16(extensions.size()) + extensions;
  return Message(2, U16(version) + random + U8(0) + U16(cipher) + U8(0) + tail);
}

const std::string kExtensions = Extension(0x1a1a, "") + Sni("www.example.com") +
                                Extension(10, U16(6) + U16(0x3a3a) + U16(29) + U16(23)) +
                                Extension(11, U8(1) + U8(0)) +
                                Alpn({"\x0a\x0a", "h2", "http/1.1"}) +
                                Versions({0x5a5a, 0x0304, 0x0303}) + Extension(0xfe0d, "grease");
const std::string kHello = ClientHello(kExtensions);
const std::string kServerHello13 = ServerHello(0x0303, 0x1302, Extension(43, U16(0x0304)));
const std::string kServerHello12 = ServerHello(0x0303, 0xc02f, Alpn({"h2"}));

std::vector<std::string> With(std::vector<std::string> facts,
                              const std::vector<std::string>& more) {
  facts.insert(facts.end(), more.begin(), more.end());
  return facts;
}

// As a fact; none without libcrypto.
std::vector<std::string> Ja4Fact(uint16_t version, const std::vector<uint16_t>& ciphers,
                                 const std::vector<uint16_t>& extensions) {
  ClientOffer offer{.version = version, .ciphers = ciphers, .extensions = extensions};
  offer.sni = !extensions.empty();
  offer.alpn = extensions.empty() ? "" : "h2";
  const std::string digest = Ja4(offer);
  if (digest.empty()) return {};
  return {"ja4=" + digest};
}

const std::vector<std::string> kHelloFacts = With(
    {"sni=www.example.com", "alpn=h2", "alpn=http/1.1", "tls_offered=TLS1.3", "tls_offered=TLS1.2",
     "ech=true", "ja3=" + Md5Hex("771,4865-49199,0-10-11-16-43-65037,29-23,0")},
    Ja4Fact(0x0304, {0x1301, 0xc02f}, {0, 10, 11, 16, 43, 0xfe0d}));

TEST(TlsTest, Probes) {
  const std::string data = Record(23, std::string(40, 'e'), 0x0303);
  CheckProbe(&ProbeTls, {{"Hello", Record(22, kHello), Verdict::kMatch},
                         {"Server", Record(22, kServerHello12), Verdict::kMatch},
                         {"One byte of a message per record", Record(22, U8(1)) + Record(22, U8(0)),
                          Verdict::kMatch},
                         {"Alert", Record(21, S("\x02\x28")), Verdict::kMatch},
                         {"No alert", Record(21, S("\x03\x28")), Verdict::kNotMine},
                         {"Chain", data + data, Verdict::kMatch},
                         {"One record", data, Verdict::kNeedMore},
                         {"Broken chain", data + "xxxxx", Verdict::kNotMine},
                         {"Finished", Record(22, Message(20, "x")), Verdict::kNotMine},
                         {"Too long", S("\x17\x03\x03\xff\xff"), Verdict::kNotMine},
                         {"SSH", "SSH-2.0", Verdict::kNotMine},
                         {"Other version", S("\x16\x02\x01\x00\x10\x01"), Verdict::kNotMine},
                         {"Short", S("\x16\x03"), Verdict::kNeedMore}});
  CheckProbe(&ProbeTlsPort, {{"Data", data, Verdict::kMatch},
                             {"ChangeCipherSpec", Record(20, U8(1)), Verdict::kMatch},
                             {"HTTP", "GET / HTTP/1.1", Verdict::kNotMine}});
}

TEST(TlsTest, HelloAndAnswer) {
  const Conversation conversation = {
      {kClient, Record(22, kHello)},
      {kServer, Record(22, kServerHello13, 0x0303) + Record(20, U8(1), 0x0303) +
                    Record(23, "sealed sealed seal")},
      {kClient, Record(23, "more")}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("tls"));
  EXPECT_EQ(result.facts, With(kHelloFacts, {"tls_version=TLS1.3", "tls_cipher=4866"}));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

// What curl and browsers send today: a key share of 1 200 bytes and more, in two segments.
TEST(TlsTest, APostQuantumHelloInAnyPieces) {
  const std::string hello =
      Record(22, ClientHello(Extension(51, std::string(1800, 'k')) + kExtensions));
  ASSERT_GT(hello.size(), 1900u);
  const Result result = CheckEveryCut({{kClient, hello}}, kOdd);
  EXPECT_THAT(result.facts, Contains("sni=www.example.com"));
  EXPECT_EQ(result.evidence, Evidence::kSignature);
}

TEST(TlsTest, MessagesAndRecordsNeedNotMeet) {
  // One message over many records.
  std::string scattered;
  for (size_t at = 0; at < kHello.size(); at += 7) scattered += Record(22, kHello.substr(at, 7));
  EXPECT_EQ(CheckEveryCut({{kClient, scattered}}, kOdd).facts, kHelloFacts);
  // Several messages in one record, the last of them going on in the next; a certificate is
  // skipped.
  const std::string certificate = Message(11, std::string(5000, 'c'));
  const std::string flight = kServerHello12 + certificate + Message(14, "");
  const Conversation conversation = {
      {kClient, Record(22, kHello)},
      {kServer, Record(22, flight.substr(0, 3000)) + Record(22, flight.substr(3000))},
      {kClient, Record(20, U8(1)) + Record(22, std::string(40, 'e'))}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_EQ(result.facts,
            With(kHelloFacts, {"alpn_selected=h2", "tls_version=TLS1.2", "tls_cipher=49199"}));
  EXPECT_FALSE(result.wants_more);
}

TEST(TlsTest, TheServersCertificate) {
  const std::string message = Message(11, CertificateBody(kCertificateDer, std::string(900, 'i')));
  const Conversation conversation = {
      {kClient, Record(22, kHello)},
      {kServer, Record(22, kServerHello12) + Record(22, message.substr(0, 100)) +
                    Record(22, message.substr(100) + Message(14, ""))},
      {kClient, Record(22, Message(11, CertificateBody("the client's"))) + Record(20, U8(1)) +
                    Record(22, std::string(40, 'e'))}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_EQ(result.facts,
            With(With(kHelloFacts, {"alpn_selected=h2", "tls_version=TLS1.2", "tls_cipher=49199"}),
                 kCertificateFacts));
  EXPECT_FALSE(result.wants_more);
}

// One of more than 8 KiB is not held, and counted.
TEST(TlsTest, ACertificateThatIsTooLong) {
  const std::string message = Message(11, CertificateBody(std::string(9000, 'c')));
  const Result result =
      Feed({{kClient, Record(22, kHello)},
            {kServer, Record(22, kServerHello12) + Record(22, message.substr(0, 4000))},
            {kServer, Record(22, message.substr(4000) + Message(14, "")) + Record(20, U8(1))}},
           kOdd);
  EXPECT_EQ(result.facts_dropped, 1u);
  EXPECT_FALSE(result.wants_more);
}

TEST(TlsTest, AHelloWithoutExtensions) {
  const std::string hello =
      Message(1, U16(0x0300) + std::string(32, 'r') + U8(0) + U16(2) + U16(5) + U8(1) + U8(0));
  const Result result = CheckEveryCut({{kClient, Record(22, hello, 0x0300)}}, kOdd);
  EXPECT_EQ(result.facts,
            With({"tls_offered=SSL3.0", "ja3=" + Md5Hex("768,5,,,")}, Ja4Fact(0x0300, {5}, {})));
}

TEST(TlsTest, ARetryIsNotTheAnswer) {
  const std::string retry_random =
      S("\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb"
        "\x8c\x5e\x07\x9e"
        "\x09\xe2\xc8\xa8\x33\x9c");
  const std::string second = ClientHello(Sni("second.example") + Versions({0x0304}));
  const Conversation conversation = {
      {kClient, Record(22, kHello)},
      {kServer, Record(22, ServerHello(0x0303, 0x1301, Extension(43, U16(0x0304)), retry_random))},
      {kServer, Record(20, U8(1))},
      {kClient, Record(20, U8(1)) + Record(22, second)},
      {kServer, Record(22, kServerHello13)}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.facts, Contains("sni=second.example"));
  EXPECT_THAT(result.facts, Contains("tls_cipher=4865"));
  EXPECT_THAT(result.facts, Contains("tls_cipher=4866"));
  EXPECT_FALSE(result.wants_more);
}

TEST(TlsTest, AnAlertInClear) {
  const Result result =
      CheckEveryCut({{kClient, Record(22, kHello)}, {kServer, Record(21, S("\x02\x28"))}}, kOdd);
  EXPECT_EQ(result.facts, With(kHelloFacts, {"tls_alert=handshake_failure"}));
}

TEST(TlsTest, EarlyDataDoesNotHideTheAnswer) {
  const Result result =
      CheckEveryCut({{kClient, Record(22, kHello) + Record(23, "early data is sealed")},
                     {kServer, Record(22, kServerHello13)}},
                    kOdd);
  EXPECT_THAT(result.facts, Contains("tls_version=TLS1.3"));
}

TEST(TlsTest, InTheMiddleOfAConnection) {
  const Result result = Feed({{kClient, Record(23, "sealed")}}, kPort443);
  EXPECT_THAT(result.protocols, ElementsAre("tls"));
  EXPECT_THAT(result.facts, IsEmpty());
  EXPECT_FALSE(result.wants_more);
}

TEST(TlsTest, OneSidedCapturesEnd) {
  Conversation conversation = {{kClient, Record(22, kHello)}};
  for (int i = 0; i < 20; ++i) conversation.push_back({kClient, Record(23, "sealed")});
  const Result result = Feed(conversation, kOdd);
  EXPECT_EQ(result.facts, kHelloFacts);
  EXPECT_FALSE(result.wants_more);
}

TEST(TlsTest, TheOldHello) {
  const std::string body =
      U8(1) + U16(0x0301) + U16(6) + U16(0) + U16(16) + "cipher" + std::string(16, 'c');
  const std::string hello = U16(0x8000 | body.size()) + body;
  CheckProbe(&ProbeTls, {{"SSL 2.0 form", hello, Verdict::kMatch},
                         {"Lengths that do not add up", U16(0x8000 | (body.size() + 1)) + body,
                          Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, hello}, {kServer, Record(22, ServerHello(0x0301, 5, ""))}}, kOdd);
  EXPECT_THAT(result.facts,
              ElementsAre("tls_offered=TLS1.0", "tls_version=TLS1.0", "tls_cipher=5"));
}

class TlsGapTest : public testing::Test {
 protected:
  void Say(Direction direction, const std::string& bytes) {
    inspection_.OnData(direction, AsBytes(bytes), Moment{});
  }
  Result result() const { return ResultOf(inspection_, counters_); }
  InspectionLimits limits_;
  InspectionCounters counters_;
  Inspection inspection_{Protocol::kTcp, 1, 443, &limits_, &counters_};
};

TEST_F(TlsGapTest, TheOtherSideIsStillRead) {
  Say(kClient, Record(22, kHello).substr(0, 60));
  inspection_.OnGap(kClient, 100);
  Say(kClient, "rest of the hello");
  Say(kServer, Record(22, kServerHello12));
  EXPECT_THAT(result().facts,
              ElementsAre("alpn_selected=h2", "tls_version=TLS1.2", "tls_cipher=49199"));
}

TEST_F(TlsGapTest, RecordsAreFoundAgain) {
  Say(kServer, Record(22, kServerHello12.substr(0, 20)));
  inspection_.OnGap(kServer, 999);
  Say(kServer, Record(22, kServerHello13));
  EXPECT_THAT(result().facts, ElementsAre("tls_version=TLS1.3", "tls_cipher=4866"));
}

TEST(TlsTest, HostileHellos) {
  // Each length of a hello made too long in turn: nothing false is taught, nothing read past the
  // end.
  for (size_t at = 0; at < kHello.size(); ++at) {
    std::string hello = kHello;
    hello[at] = '\xff';
    const Result result = Feed({{kClient, Record(22, hello)}}, kPort443);
    EXPECT_LE(result.facts.size(), kHelloFacts.size() + 2);
  }
  // A message that claims 16 MiB is skipped, not held.
  const Result huge =
      Feed({{kClient, Record(22, U8(1) + U24(0xffffff) + U16(0x0303) + std::string(9000, 'x'))}},
           kPort443);
  EXPECT_EQ(huge.facts_dropped, 1u);
  EXPECT_THAT(huge.facts, IsEmpty());
}

TEST(TlsHelloTest, AHelloThatIsCutTeachesWhatWasWhole) {
  const FactLimits limits;
  const std::string body = kHello.substr(4);
  const size_t bare = 77;  // a hello may end where the extensions would begin
  for (size_t n = 0; n < body.size(); ++n) {
    if (n == bare) continue;
    Facts facts(&limits);
    const std::vector<char> heap(body.begin(), body.begin() + static_cast<long>(n));
    EXPECT_FALSE(ParseClientHello(AsBytes({heap.data(), heap.size()}), HelloForm::kTls, &facts))
        << n;
    EXPECT_EQ(facts.First("ja3"), "");
    EXPECT_EQ(facts.First("ja4"), "");
    const std::string_view sni = facts.First("sni");
    EXPECT_TRUE(sni.empty() || sni == "www.example.com") << sni;
  }
}

TEST(TlsHelloTest, VersionNames) {
  EXPECT_EQ(TlsVersionName(0x7f1c), "TLS1.3");
  EXPECT_EQ(TlsVersionName(0xfefd), "DTLS1.2");
  EXPECT_EQ(TlsVersionName(0x0a0a), "");
  EXPECT_TRUE(IsGrease(0xfafa));
  EXPECT_FALSE(IsGrease(0xfa0a));
}

}  // namespace
}  // namespace rustnet::net
