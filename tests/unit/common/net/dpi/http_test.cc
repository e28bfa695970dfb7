// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/http.h"

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

const Setting kOdd{.server_port = 12345};

std::string Request(std::string_view line, std::string_view headers = "Host: a.example\r\n") {
  return std::string(line) + "\r\n" + std::string(headers) + "\r\n";
}

TEST(HttpTest, Probe) {
  CheckProbe(&ProbeHttp, {{"Request", "GET / HTTP/1.1\r\n", Verdict::kMatch},
                          {"Absolute", "POST http://a.example/x HTTP/1.0\r\n", Verdict::kMatch},
                          {"CONNECT", "CONNECT a.example:443 HTTP/1.1\r\n", Verdict::kMatch},
                          {"WebDAV", "VERSION-CONTROL /x HTTP/1.1\r\n", Verdict::kMatch},
                          {"0.9", "GET /index\r\n", Verdict::kMatch},
                          {"Long target", "GET /" + std::string(600, 'a'), Verdict::kMatch},
                          {"Response", "HTTP/1.1 200 OK\r\n", Verdict::kMatch},
                          {"SHOUTcast", "ICY 200 OK\r\n", Verdict::kMatch},
                          {"Half a method", "OPTI", Verdict::kNeedMore},
                          {"Half a line", "GET /index.html HT", Verdict::kNeedMore},
                          {"Half a status", "HTTP/1.", Verdict::kNeedMore},
                          {"SIP", "OPTIONS sip:a@b.example SIP/2.0\r\n", Verdict::kNotMine},
                          {"RTSP", "OPTIONS rtsp://b.example/ RTSP/1.0\r\n", Verdict::kNotMine},
                          {"HTTP/2 response", "HTTP/2.0 200\r\n", Verdict::kNotMine},
                          {"No method", "GETX / HTTP/1.1\r\n", Verdict::kNotMine},
                          {"Lower case", "get / HTTP/1.1\r\n", Verdict::kNotMine},
                          {"Prose", "GET away from here\r\n", Verdict::kNotMine},
                          {"TLS", S("\x16\x03\x01\x02\x00\x01"), Verdict::kNotMine}});
}

TEST(HttpTest, PipelinedRequestsAndTheirAnswers) {
  const Conversation conversation = {
      {kClient, Request("GET /one HTTP/1.1", "Host: a.example\r\nUser-Agent: curl/8 x\r\n") +
                    Request("HEAD /two HTTP/1.1") +
                    Request("POST /three HTTP/1.1", "HOST:b.example\r\nContent-Length: 14\r\n") +
                    "GET /no HTTP/1" +
                    Request("PUT /four HTTP/1.1", "Transfer-Encoding: chunked\r\n") +
                    "5;x=y\r\nGET /\r\n0\r\nTrailer: x\r\n\r\n" + Request("DELETE /five HTTP/1.1")},
      {kServer,
       "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 8\r\n\r\n"
       "HTTP/1.1HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"
       "HTTP/1.1 404 No\r\nTransfer-Encoding: gzip, "
       "Chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n"
       "HTTP/1.1 500 Oops\r\nServer: other\r\n\r\nHTTP/1.1 stays body"}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http"));
  EXPECT_THAT(result.facts, ElementsAre("http_method=GET", "http_path=/one", "http_host=a.example",
                                        "http_user_agent=curl/8 x", "http_method=HEAD",
                                        "http_path=/two", "http_method=POST", "http_path=/three",
                                        "http_host=b.example", "http_method=PUT", "http_path=/four",
                                        "http_method=DELETE", "http_path=/five", "http_status=100",
                                        "http_status=200", "http_server=nginx", "http_status=204",
                                        "http_status=404", "http_status=500", "http_server=other"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(HttpTest, AnAnswerToHeadHasNoBody) {
  const Result result = CheckEveryCut(
      {{kClient, Request("HEAD /a HTTP/1.1") + Request("GET /b HTTP/1.1")},
       {kServer,
        "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n"}},
      kOdd);
  EXPECT_THAT(result.facts, Contains("http_status=304"));
}

TEST(HttpTest, TheQueryIsASecret) {
  const Conversation conversation = {
      {kClient, Request("GET /a?token=secret#x HTTP/1.1") +
                    Request("GET http://user:pass@h.example/p?q HTTP/1.1") +
                    Request("GET http://h.example/x@y HTTP/1.1")}};
  Setting setting = kOdd;
  EXPECT_THAT(Feed(conversation, setting).facts,
              ElementsAre("http_method=GET", "http_path=/a", "http_host=a.example",
                          "http_path=http://h.example/p", "http_path=http://h.example/x@y"));
  setting.limits.facts.show_secrets = true;
  EXPECT_THAT(
      Feed(conversation, setting).facts,
      ElementsAre("http_method=GET", "http_path=/a?token=secret#x", "http_host=a.example",
                  "http_path=http://user:pass@h.example/p?q", "http_path=http://h.example/x@y"));
}

TEST(HttpTest, ResponsesAlone) {
  const Result result = CheckEveryCut(
      {{kServer,
        "HTTP/1.0 302 Found\r\nserver: x\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"}},
      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http"));
  EXPECT_THAT(result.facts, ElementsAre("http_status=302", "http_server=x", "http_status=200"));
  EXPECT_EQ(result.evidence, Evidence::kSignature);
}

// The side that asks is told by what it says, not by who began the flow.
TEST(HttpTest, TheOtherWayRound) {
  const Result result = CheckEveryCut(
      {{kServer, Request("GET /x HTTP/1.1")}, {kClient, "HTTP/1.1 200 OK\r\n\r\n"}}, kOdd);
  EXPECT_THAT(result.facts, ElementsAre("http_method=GET", "http_path=/x", "http_host=a.example",
                                        "http_status=200"));
}

TEST(HttpTest, CaptureBeginsInABody) {
  const Conversation conversation = {{kServer, S("\x89garbage\r\n\r\n")},
                                     {kServer, "more of it"},
                                     {kClient, Request("GET /late HTTP/1.1")},
                                     {kServer, "HTTP/1.1 200 OK\r\n\r\n"}};
  EXPECT_THAT(
      Feed(conversation, kOdd).facts,
      ElementsAre("http_method=GET", "http_path=/late", "http_host=a.example", "http_status=200"));
}

TEST(HttpTest, WhatAConnectCarriesIsTheNextApplication) {
  const Conversation conversation = {
      {kClient, Request("CONNECT h.example:443 HTTP/1.1", "Host: h.example:443\r\n")},
      {kServer, "HTTP/1.1 200 Connection established\r\n\r\n"},
      {kClient, kTlsHello}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http", "tls"));
  EXPECT_THAT(result.facts, Contains("http_path=h.example:443"));
  EXPECT_THAT(result.facts, Contains("tls_offered=TLS1.2"));
}

TEST(HttpTest, AnImpatientClientIsHeldUntilTheAnswer) {
  const Conversation conversation = {
      {kClient, Request("CONNECT h.example:443 HTTP/1.1") + kTlsHello},
      {kServer, "HTTP/1.1 200 OK\r\n\r\n"}};
  EXPECT_THAT(CheckEveryCut(conversation, kOdd).protocols, ElementsAre("http", "tls"));
}

TEST(HttpTest, ARefusedConnectIsFollowedByHttp) {
  const Conversation conversation = {
      {kClient, Request("CONNECT h.example:443 HTTP/1.1")},
      {kServer, "HTTP/1.1 407 Who\r\nContent-Length: 2\r\n\r\nno"},
      {kClient, Request("CONNECT h.example:443 HTTP/1.1", "Proxy-Authorization: x\r\n")},
      {kServer, "HTTP/1.1 200 OK\r\n\r\n"},
      {kClient, kTlsHello}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http", "tls"));
  EXPECT_THAT(result.facts, Contains("http_status=407"));
}

TEST(HttpTest, ATunnelWithoutItsAnswerIsLookedAtInTheEnd) {
  const Conversation conversation = {
      {kClient, Request("CONNECT h.example:443 HTTP/1.1") + kTlsHello},
      {kClient, std::string(5000, 'x')}};
  EXPECT_THAT(Feed(conversation, kOdd).protocols, ElementsAre("http", "tls"));
}

TEST(HttpTest, Upgrades) {
  const std::string ask = Request("GET /chat HTTP/1.1", "Host: a\r\nUpgrade: websocket\r\n");
  const Conversation yes = {{kClient, ask},
                            {kServer, "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\n\r\n"},
                            {kClient, S("\x81\x85")}};
  const Result result = CheckEveryCut(yes, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http", "websocket"));
  EXPECT_FALSE(result.wants_more);

  const Conversation no = {{kClient, ask + Request("GET /plain HTTP/1.1")},
                           {kServer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
                           {kClient, Request("GET /again HTTP/1.1")}};
  const Result refused = CheckEveryCut(no, kOdd);
  EXPECT_THAT(refused.protocols, ElementsAre("http"));
  EXPECT_THAT(refused.facts, Contains("http_path=/plain"));
  EXPECT_THAT(refused.facts, Contains("http_path=/again"));
}

TEST(HttpTest, AServerOfSomethingElseIsNoHttpServer) {
  const std::string ask = Request("GET / HTTP/1.1");
  const Result ssh =
      CheckEverySegmentation({{kClient, ask}, {kServer, "SSH-2.0-x\r\nmismatch\r\n"}}, kOdd);
  EXPECT_THAT(ssh.protocols, ElementsAre("ssh"));
  EXPECT_THAT(ssh.facts, ElementsAre("ssh_version=2.0", "ssh_server=x"));
  for (const char* answer :
       {"502 5.5.2 unrecognized\r\n", "-ERR unknown command\r\n", "\x05\xff"}) {
    const Result result = CheckEverySegmentation({{kClient, ask}, {kServer, answer}}, kOdd);
    EXPECT_THAT(result.protocols, IsEmpty()) << answer;
    EXPECT_THAT(result.facts, IsEmpty()) << answer;
  }
}

TEST(HttpTest, OnItsPortNonsenseIsABrokenServer) {
  const Conversation conversation = {{kClient, Request("GET / HTTP/1.1")}, {kServer, "502 no\r\n"}};
  EXPECT_THAT(CheckEveryCut(conversation, {.server_port = 8080}).protocols, ElementsAre("http"));
}

TEST(HttpTest, ADamagedAnswerIsOne) {
  const std::string ask = Request("GET / HTTP/1.1");
  for (const char* answer : {" \r\n\r\nHTTP/1.1 200 OK\r\n\r\n", "HTTP/1.x 200\r\n\r\n",
                             "http/1.1 200\r\n\r\n", "ICY 200 OK\r\n\r\n"}) {
    const Result result = CheckEveryCut({{kClient, ask}, {kServer, answer}}, kOdd);
    EXPECT_THAT(result.protocols, ElementsAre("http")) << answer;
  }
}

TEST(HttpTest, ASimpleRequestIsAnsweredByTheDocument) {
  const Result page =
      CheckEveryCut({{kClient, "GET /old\r\n"}, {kServer, "<TITLE>x</TITLE>"}}, kOdd);
  EXPECT_THAT(page.protocols, ElementsAre("http"));
  EXPECT_EQ(page.evidence, Evidence::kHandshake);
  const Result other =
      CheckEverySegmentation({{kClient, "GET /old\r\n"}, {kServer, "ERROR\r\n"}}, kOdd);
  EXPECT_THAT(other.protocols, IsEmpty());
}

// Between two who speak something else, a line that looks like one is none (a log, a mail).
TEST(HttpTest, AnAnswerThatNobodyAskedForIsNone) {
  const Conversation talk = {{kServer, "* hello\r\n"}, {kClient, "a1 say\r\n"}};
  Conversation late = talk;
  late.push_back({kServer, "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"});
  const Result result = Feed(late, kOdd);
  EXPECT_THAT(result.protocols, IsEmpty());
  EXPECT_THAT(result.facts, IsEmpty());
  EXPECT_THAT(Feed(late, {.server_port = 80}).protocols, ElementsAre("http"));

  Conversation asked = talk;  // a tunnel of a kind that nobody knows
  asked.push_back({kClient, Request("GET / HTTP/1.1")});
  asked.push_back({kServer, "HTTP/1.1 200 OK\r\n\r\n"});
  EXPECT_THAT(Feed(asked, kOdd).facts, Contains("http_status=200"));
  // A capture that begins in the body of a request.
  const Conversation body = {{kClient, "rest of a form"}, {kServer, "HTTP/1.1 200 OK\r\n\r\n"}};
  EXPECT_THAT(Feed(body, kOdd).protocols, ElementsAre("http"));
}

class HttpGapTest : public testing::Test {
 protected:
  void Say(Direction direction, std::string_view bytes) {
    inspection_.OnData(direction, AsBytes(bytes), Moment{});
  }
  InspectionLimits limits_;
  InspectionCounters counters_;
  Inspection inspection_{Protocol::kTcp, 1, 80, &limits_, &counters_};
};

TEST_F(HttpGapTest, AHoleInABodyIsPartOfIt) {
  Say(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n");
  inspection_.OnGap(kServer, 60);
  Say(kServer, std::string(40, 'b') + "HTTP/1.1 404 No\r\n\r\n");
  EXPECT_THAT(ResultOf(inspection_, counters_).facts,
              ElementsAre("http_status=200", "http_status=404"));
}

TEST_F(HttpGapTest, BehindAHoleNoAnswerIsForeign) {
  Inspection odd(Protocol::kTcp, 1, 12345, &limits_, &counters_);
  odd.OnData(kClient, AsBytes(Request("GET /a HTTP/1.1")), Moment{});
  odd.OnGap(kServer, 1000);
  odd.OnData(kServer, AsBytes(std::string_view("GET /half of a body")), Moment{});
  odd.OnData(kServer, AsBytes(std::string_view("the rest of it")), Moment{});
  EXPECT_THAT(ResultOf(odd, counters_).protocols, ElementsAre("http"));
}

TEST_F(HttpGapTest, ATunnelWhoseAnswerIsLostWasAskedForInHttp) {
  Inspection odd(Protocol::kTcp, 1, 12345, &limits_, &counters_);
  odd.OnData(kClient, AsBytes(Request("CONNECT h.example:443 HTTP/1.1")), Moment{});
  odd.OnGap(kServer, 40);
  odd.OnData(kServer, AsBytes(kTlsHello), Moment{});
  EXPECT_THAT(ResultOf(odd, counters_).protocols, Contains("http"));

  const Conversation unseen = {{kClient, Request("CONNECT h.example:25 HTTP/1.1")},
                               {kServer, "220 mail.example\r\n"}};
  EXPECT_THAT(CheckEveryCut(unseen, kOdd).protocols, ElementsAre("http"));
}

TEST_F(HttpGapTest, BehindAHoleTheNextMessageIsFound) {
  Say(kClient, "GET /a HTTP/1.1\r\nHost: x");
  inspection_.OnGap(kClient, 1000);
  Say(kClient, "tail of a header\r\n\r\n");
  Say(kClient, Request("GET /b HTTP/1.1"));
  EXPECT_THAT(
      ResultOf(inspection_, counters_).facts,
      ElementsAre("http_method=GET", "http_path=/a", "http_path=/b", "http_host=a.example"));
}

TEST(HttpTest, HostileMessages) {
  // None of these may crash or hang; each still is HTTP.
  for (const std::string& body :
       {Request("GET / HTTP/1.1", "Content-Length: 99999999999999999999999\r\n"),
        Request("POST / HTTP/1.1", "Content-Length: -1\r\n") + "x",
        Request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") + "ffffffffffffffff\r\nx",
        Request("POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n") + "zz\r\n",
        "GET / HTTP/1.1\r\n" + std::string(100'000, 'h') + "\r\n\r\n" +
            Request("GET /b HTTP/1.1")}) {
    const Result result = Feed({{kClient, body}, {kServer, "HTTP/1.1 999999 \r\n:\r\n\r\n"}}, kOdd);
    EXPECT_THAT(result.protocols, ElementsAre("http")) << body.substr(0, 60);
  }
  const Result cut =
      Feed({{kClient, "GET / HTTP/1.1\r\nX: " + std::string(100'000, 'h') + "\r\n\r\n"}}, kOdd);
  EXPECT_EQ(cut.facts_dropped, 1u);
}

// Neither deep recursion nor quadratic copies.
TEST(HttpTest, ManyConnectsAtOnce) {
  std::string flood;
  for (int i = 0; i < 20'000; ++i) flood += "CONNECT a:1 HTTP/1.1\r\n\r\n";
  const Result result = Feed({{kClient, flood}, {kServer, "HTTP/1.1 200 OK\r\n\r\n"}}, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("http"));
}

const std::string kDnsQuery = S("\0\0\1\0\0\1\0\0\0\0\0\0\3www\1x\0\0\1\0\1");
const std::string kDnsAnswer = S("\0\0\x81\x80\0\1\0\1\0\0\0\0\3www\1x\0\0\1\0\1") +
                               S("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4");

// RFC 8484, with a length and in chunks; then an answer of another kind.
TEST(HttpTest, DnsInBodies) {
  const std::string type = "Content-Type: application/dns-message\r\n";
  const Conversation conversation = {
      {kClient, "POST /dns-query HTTP/1.1\r\n" + type +
                    "Content-Length: " + std::to_string(kDnsQuery.size()) + "\r\n\r\n" + kDnsQuery +
                    "GET /a HTTP/1.1\r\n\r\n"},
      {kServer, "HTTP/1.1 200 OK\r\n" + type + "Transfer-Encoding: chunked\r\n\r\na\r\n" +
                    kDnsAnswer.substr(0, 10) + "\r\n1d\r\n" + kDnsAnswer.substr(10) +
                    "\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: " +
                    std::to_string(kDnsAnswer.size()) + "\r\n\r\n" + kDnsAnswer}};
  ASSERT_EQ(kDnsAnswer.size(), 10u + 0x1d);
  const Result result = CheckEveryCut(conversation, {.server_port = 80});
  EXPECT_THAT(result.protocols, ElementsAre("http", "dns"));
  EXPECT_THAT(result.facts,
              ElementsAre("http_method=POST", "http_path=/dns-query", "dns_qname=www.x",
                          "dns_qtype=A", "http_method=GET", "http_path=/a", "http_status=200",
                          "dns_rcode=0", "dns_answers=1.2.3.4"));
}

TEST(HttpTest, DnsInATarget) {
  const Result result = CheckEveryCut(
      {{kClient, "GET /dns-query?dns=AAABAAABAAAAAAAAA3d3dwF4AAABAAE HTTP/1.1\r\n\r\n"}},
      {.server_port = 80});
  EXPECT_THAT(result.protocols, ElementsAre("http", "dns"));
  EXPECT_THAT(result.facts, ElementsAre("http_method=GET", "http_path=/dns-query",
                                        "dns_qname=www.x", "dns_qtype=A"));
}

TEST(HttpTest, MethodsAreNoPrefixesOfThemselves) {
  EXPECT_TRUE(IsHttpMethod("MERGE"));
  EXPECT_FALSE(IsHttpMethod("MERG"));
  EXPECT_FALSE(IsHttpMethod(""));
}

}  // namespace
}  // namespace rustnet::net
