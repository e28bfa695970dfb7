// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/dns_message.h"
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const Setting kPort53{.transport = Protocol::kUdp, .server_port = 53};
const Setting kOddUdp{.transport = Protocol::kUdp, .server_port = 12345};
const Setting kTcp53{.server_port = 53};

std::string Header(size_t id, size_t flags, size_t qd, size_t an = 0, size_t ns = 0,
                   size_t ar = 0) {
  return U16(id) + U16(flags) + U16(qd) + U16(an) + U16(ns) + U16(ar);
}
std::string Name(std::string_view dotted) {
  std::string name;
  while (!dotted.empty()) {
    const std::string_view label = dotted.substr(0, dotted.find('.'));
    name += static_cast<char>(label.size());
    name += label;
    dotted.remove_prefix(std::min(dotted.size(), label.size() + 1));
  }
  return name + '\0';
}
std::string Question(std::string_view name, size_t type) { return Name(name) + U16(type) + U16(1); }
std::string Pointer(size_t at) { return U16(0xc000 | at); }
std::string Record(const std::string& owner, size_t type, const std::string& data, size_t ttl = 60,
                   size_t dns_class = 1) {
  return owner + U16(type) + U16(dns_class) + U16(0) + U16(ttl) + U16(data.size()) + data;
}
std::string Tcp(const std::string& message) { return U16(message.size()) + message; }

const std::string kQuery = Header(7, 0x0100, 1) + Question("WWW.Example.com", dns::kA);
// An answer through a CNAME; names compressed: 12 www.example.com, 16 example.com.
const std::string kAnswer =
    Header(7, 0x8180, 1, 3, 0, 1) + Question("www.example.com", dns::kA) +
    Record(Pointer(12), dns::kCname, S("\x03") + "cdn" + Pointer(16)) +
    Record(S("\x03") + "cdn" + Pointer(16), dns::kA, S("\x5d\xb8\xd8\x22"), 300) +
    Record(Pointer(12), dns::kAaaa, std::string(15, '\0') + '\1', 5) +
    Record(S("\0"), dns::kOpt, "", 0, 4096);

TEST(DnsTest, Probes) {
  CheckProbe(
      &ProbeDns,
      {{"Query", kQuery, Verdict::kMatch},
       {"Answer", kAnswer, Verdict::kMatch},
       {"Bytes behind", kQuery + "x", Verdict::kNeedMore},
       {"Two questions", Header(1, 0, 2) + Question("a", 1) + Question("b", 1), Verdict::kNotMine},
       {"Unknown type", Header(1, 0, 1) + Question("a", 0x1234), Verdict::kNotMine},
       {"Zeros", std::string(40, '\0'), Verdict::kNotMine},
       {"Random", "\x8e\x12 this is surely no message", Verdict::kNotMine},
       {"Z bit", Header(1, 0x0040, 1) + Question("a", 1), Verdict::kNotMine},
       {"Record missing", Header(7, 0x8180, 1, 1) + Question("a", 1), Verdict::kNeedMore}});
  CheckProbe(
      &ProbeDnsPort,
      {{"Query", kQuery, Verdict::kMatch},
       {"Answer", kAnswer, Verdict::kMatch},
       {"Only an answer", Header(7, 0x8400, 0, 1) + Record(Name("a"), 1, "1234"), Verdict::kMatch},
       {"Two questions", Header(1, 0, 2) + Question("a", 1) + Question("b", 1), Verdict::kMatch},
       {"Nothing asked", Header(1, 0, 0), Verdict::kNotMine},
       {"Opcode", Header(1, 0x7800, 1) + Question("a", 1), Verdict::kNotMine}});
  CheckProbe(
      &ProbeDnsTcp,
      {{"Query", Tcp(kQuery), Verdict::kMatch},
       {"Answer and more", Tcp(kAnswer) + "\x01", Verdict::kMatch},
       {"Half", Tcp(kAnswer).substr(0, 50), Verdict::kNeedMore},
       {"Half of a zone", U16(40'000) + kAnswer, Verdict::kNotMine},
       {"Short", U16(10) + kQuery, Verdict::kNotMine},
       {"TLS", S("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on"), Verdict::kNotMine},
       {"HTTP", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeDnsTcpPort, {{"Half of a zone", U16(40'000) + kAnswer, Verdict::kMatch},
                                {"Query", Tcp(kQuery), Verdict::kMatch},
                                {"Short", U16(10) + kQuery, Verdict::kNotMine}});
}

TEST(DnsTest, QuestionAndAnswer) {
  Answers answers;
  Setting setting = kPort53;
  setting.knowledge = &answers;
  const Result result = Feed({{kClient, kQuery}, {kServer, kAnswer}}, setting);
  EXPECT_THAT(result.protocols, ElementsAre("dns"));
  EXPECT_THAT(result.facts, ElementsAre("dns_qname=www.example.com", "dns_qtype=A", "dns_rcode=0",
                                        "dns_cname=cdn.example.com", "dns_answers=93.184.216.34",
                                        "dns_answers=::1"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_TRUE(result.wants_more);  // the next question may come on the same port
  EXPECT_THAT(answers.lines, ElementsAre("10.0.0.1 www.example.com 93.184.216.34 300",
                                         "10.0.0.1 www.example.com ::1 5"));
}

TEST(DnsTest, AnAnswerToNoQuestionTeachesNothing) {
  Answers answers;
  Setting setting = kPort53;
  setting.knowledge = &answers;
  EXPECT_THAT(Feed({{kServer, kAnswer}}, setting).facts, Contains("dns_answers=93.184.216.34"));
  EXPECT_THAT(answers.lines, IsEmpty());
  std::string other_id = kAnswer;
  other_id[1] = '\x08';
  Feed({{kClient, kQuery}, {kServer, other_id}}, setting);
  EXPECT_THAT(answers.lines, IsEmpty());
  Feed({{kServer, kQuery}, {kServer, kAnswer}}, setting);  // both from one side
  EXPECT_THAT(answers.lines, IsEmpty());
}

TEST(DnsTest, AdditionalAddressesBelongToTheirOwnNames) {
  Answers answers;
  Setting setting = kPort53;
  setting.knowledge = &answers;
  const std::string reply =
      Header(9, 0x8180, 1, 0, 0, 1) + Question("example.com", 15) +
      Record(S("\x02") + "mx" + Pointer(12), dns::kA, S("\x0a\x00\x00\x09"), 9);
  Feed({{kClient, Header(9, 0x0100, 1) + Question("example.com", 15)}, {kServer, reply}}, setting);
  EXPECT_THAT(answers.lines, ElementsAre("10.0.0.1 mx.example.com 10.0.0.9 9"));
}

TEST(DnsTest, AllQuestionsTypesAndCodes) {
  const Result result = Feed(
      {{kClient, Header(1, 0, 3) + Question("a.x", 65) + Question("", 2) + Question("b", 12345)},
       {kServer, Header(1, 0x8183, 0)}},
      kPort53);
  EXPECT_THAT(result.facts,
              ElementsAre("dns_qname=a.x", "dns_qtype=HTTPS", "dns_qname=.", "dns_qtype=NS",
                          "dns_qname=b", "dns_qtype=TYPE12345", "dns_rcode=3"));
}

TEST(DnsTest, PortsThatMakeItAnotherApplication) {
  Setting mdns{.transport = Protocol::kUdp, .client_port = 5353, .server_port = 5353};
  const std::string announce = Header(0, 0x8400, 0, 1) + Record(Name("Printer.local"), dns::kA,
                                                                S("\x0a\x00\x00\x07"), 120, 0x8001);
  Answers answers;
  mdns.knowledge = &answers;
  const Result result = Feed({{kClient, announce}}, mdns);
  EXPECT_THAT(result.protocols, ElementsAre("mdns"));
  EXPECT_THAT(result.facts, ElementsAre("dns_rcode=0", "dns_answers=10.0.0.7"));
  EXPECT_THAT(answers.lines, IsEmpty());
  const Setting llmnr{.transport = Protocol::kUdp, .server_port = 5355};
  EXPECT_THAT(Feed({{kClient, kQuery}}, llmnr).protocols, ElementsAre("llmnr"));
  EXPECT_THAT(Feed({{kClient, kQuery}}, kOddUdp).protocols, ElementsAre("dns"));
}

TEST(DnsTest, OverTcpWhereverItIsCut) {
  const Conversation conversation = {
      {kClient, Tcp(kQuery) + Tcp(Header(8, 0x0100, 1) + Question("second.example", 28))},
      {kServer, Tcp(kAnswer) + Tcp(Header(8, 0x8183, 1) + Question("second.example", 28))}};
  const Result result = CheckEveryCut(conversation, Setting{.server_port = 4444});
  EXPECT_THAT(result.protocols, ElementsAre("dns"));
  EXPECT_THAT(result.facts,
              ElementsAre("dns_qname=www.example.com", "dns_qtype=A", "dns_qname=second.example",
                          "dns_qtype=AAAA", "dns_rcode=0", "dns_cname=cdn.example.com",
                          "dns_answers=93.184.216.34", "dns_answers=::1", "dns_rcode=3"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(DnsTest, OverTcpBehindAHole) {
  InspectionLimits limits;
  InspectionCounters counters;
  Inspection inspection(Protocol::kTcp, 1, 53, &limits, &counters);
  const auto say = [&](const std::string& s) { inspection.OnData(kClient, AsBytes(s), Moment{}); };
  say(Tcp(kQuery) + Tcp(kQuery).substr(0, 9));
  inspection.OnGap(kClient, 5);
  say("the rest of something, no message");
  say(Tcp(Header(8, 0x0100, 1) + Question("found.example", 1)));
  EXPECT_THAT(ResultOf(inspection, counters).facts, Contains("dns_qname=found.example"));
}

std::string Loop(const std::string& name) { return Header(1, 0x0100, 1) + name + U16(1) + U16(1); }

TEST(DnsTest, HostileNamesEnd) {
  const std::string forward = Loop(Pointer(14) + '\0');
  const std::string self = Loop(Pointer(12));
  const std::string pair =
      Header(1, 0x8180, 2) + Pointer(18) + U16(1) + U16(1) + Pointer(12) + U16(1) + U16(1);
  const std::string beyond = Loop(Pointer(4000));
  const std::string reserved = Loop(S("\x80zzzz"));
  std::string longest;
  for (int i = 0; i < 5; ++i) longest += '\x3f' + std::string(63, 'a');
  for (const std::string& message : {forward, self, pair, beyond, reserved, Loop(longest + '\0')}) {
    EXPECT_THAT(Feed({{kClient, message}}, kPort53).facts, IsEmpty());
    EXPECT_THAT(Feed({{kClient, Tcp(message)}}, kTcp53).facts, IsEmpty());
  }
}

TEST(DnsTest, APointerMayLeadBackThroughOthers) {
  // 12: "b.a" as b + pointer(16); answers point at 12, then at the pointer of the first answer.
  const std::string message = Header(1, 0x8180, 1, 2) + Question("c.b.a", 1) +
                              Record(Pointer(14), 5, S("\x01x") + Pointer(16)) +
                              Record(Pointer(16), 5, S("\x01y") + Pointer(35));
  const Result result = Feed({{kServer, message}}, kPort53);
  EXPECT_THAT(result.facts, Contains("dns_cname=x.a"));
  EXPECT_THAT(result.facts, Contains("dns_cname=y.x.a"));
}

TEST(DnsTest, CountsThatLie) {
  const Result many =
      Feed({{kServer, Header(1, 0x8180, 1, 65535, 65535, 65535) + Question("a.b", 1)}}, kPort53);
  EXPECT_THAT(many.facts, ElementsAre("dns_qname=a.b", "dns_qtype=A", "dns_rcode=0"));
  std::string flood = Header(1, 0x0100, 256);
  for (int i = 0; i < 256; ++i) flood += Question(std::to_string(i), 1);
  Setting setting = kPort53;
  setting.limits.facts.values_per_field = 200;
  EXPECT_EQ(Feed({{kClient, flood}}, setting).facts_dropped, 56u);
}

TEST(DnsTest, EveryTruncationIsSafe) {
  for (size_t n = 0; n < kAnswer.size(); ++n) {
    const std::vector<char> heap(kAnswer.begin(), kAnswer.begin() + static_cast<long>(n));
    const Result result = Feed({{kServer, {heap.data(), heap.size()}}}, kPort53);
    EXPECT_LE(result.facts.size(), 6u);
  }
}

TEST(DnsMessageTest, TypeNames) {
  EXPECT_EQ(DnsTypeName(1), "A");
  EXPECT_EQ(DnsTypeName(65), "HTTPS");
  EXPECT_EQ(DnsTypeName(257), "CAA");
  EXPECT_EQ(DnsTypeName(3), "");
  EXPECT_EQ(DnsTypeName(0), "");
  EXPECT_EQ(DnsTypeName(65535), "");
}

}  // namespace
}  // namespace rustnet::net
