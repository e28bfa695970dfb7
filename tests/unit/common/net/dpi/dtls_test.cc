// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/certificate_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Record(char type, const std::string& body, const std::string& version = "\xfe\xfd",
                   size_t epoch = 0) {
  return type + version + U16(epoch) + std::string(6, '\0') + U16(body.size()) + body;
}

// The piece of `body` from `at` on.
std::string Fragment(char type, size_t sequence, const std::string& body, size_t at = 0,
                     size_t size = std::string::npos) {
  const std::string piece = body.substr(at, size);
  return type + U24(body.size()) + U16(sequence) + U24(at) + U24(piece.size()) + piece;
}

std::string HelloBody(const std::string& cookie) {
  const std::string extensions =
      S("\0\0\0\x10\0\x0e\0\0\x0b") + "example.com" + S("\0\x10\0\x09\0\7\6webrtc");
  return "\xfe\xfd" + std::string(32, 'r') + S("\0") + static_cast<char>(cookie.size()) + cookie +
         S("\0\2\xc0\x2b\1\0") + U16(extensions.size()) + extensions;
}

const std::string kHello = Record(22, Fragment(1, 0, HelloBody("")), "\xfe\xff");
const std::string kVerify = Record(22, Fragment(3, 0, "\xfe\xff\4cook"), "\xfe\xff");
const std::string kServerHello =
    Record(22, Fragment(2, 1, "\xfe\xfd" + std::string(32, 'R') + S("\0\xc0\x2b\0")));

const std::string kDone = Record(22, Fragment(14, 3, ""));

std::vector<std::string> WithoutJa4(std::vector<std::string> facts) {
  std::erase_if(facts, [](const std::string& f) { return f.starts_with("ja4="); });
  return facts;
}

TEST(DtlsTest, Probes) {
  const std::string sealed = Record(23, std::string(40, 'e'), "\xfe\xfd", 1);
  CheckProbe(&ProbeDtls,
             {{"Hello", kHello, Verdict::kMatch},
              {"Verify", kVerify, Verdict::kMatch},
              {"Data", sealed, Verdict::kMatch},
              {"Several", sealed + sealed, Verdict::kMatch},
              {"Record and something", sealed + "x", Verdict::kNeedMore},
              {"TLS", Record(22, Fragment(1, 0, HelloBody("")), "\3\3"), Verdict::kNotMine},
              {"No message", Record(22, std::string(40, 'x')), Verdict::kNotMine},
              {"Cut", kHello.substr(0, 60), Verdict::kNeedMore}});
}

TEST(DtlsTest, CookieAndHellos) {
  const Result result = Feed({{kClient, kHello},
                              {kServer, kVerify},
                              {kClient, Record(22, Fragment(1, 1, HelloBody("cook")))},
                              {kServer, kServerHello + kDone}},
                             OnPort(40001));
  EXPECT_THAT(result.protocols, ElementsAre("dtls"));
  EXPECT_THAT(WithoutJa4(result.facts),
              ElementsAre("sni=example.com", "alpn=webrtc", "tls_offered=DTLS1.2",
                          "tls_version=DTLS1.2", "tls_cipher=49195"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

TEST(DtlsTest, TheServersCertificate) {
  const std::string body = CertificateBody(kCertificateDer, std::string(12'000, 'i'));
  const Conversation conversation = {
      {kClient, kHello},
      {kServer, kServerHello + Record(22, Fragment(11, 2, body, 300, 700))},
      {kServer, Record(22, Fragment(11, 2, body, 10'000, 1000))},
      {kServer, Record(22, Fragment(11, 2, body, 0, 300))},
      {kServer, kDone}};
  const Result result = Feed(conversation, OnPort(40001));
  for (const std::string& fact : kCertificateFacts) {
    EXPECT_THAT(result.facts, testing::Contains(fact));
  }
  EXPECT_FALSE(result.wants_more);
  // Whole, but of the wrong side.
  const Result client = Feed(
      {{kClient, kHello}, {kClient, Record(22, Fragment(11, 2, CertificateBody(kCertificateDer)))}},
      OnPort(40001));
  EXPECT_EQ(client.facts.size(), Feed({{kClient, kHello}}, OnPort(40001)).facts.size());
}

TEST(DtlsTest, FragmentsInAnyOrder) {
  const std::string body = HelloBody("");
  const Result result = Feed(
      {{kClient, Record(22, Fragment(1, 0, body, 50)) + Record(22, Fragment(1, 0, body, 10, 45))},
       {kClient, Record(22, Fragment(1, 0, body, 0, 10))}},
      OnPort(40001));
  EXPECT_THAT(WithoutJa4(result.facts),
              ElementsAre("sni=example.com", "alpn=webrtc", "tls_offered=DTLS1.2"));
  CheckTruncations(kHello, 40001, 3);
}

}  // namespace
}  // namespace rustnet::net
