// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

// Of SNMP, which has nothing to do here.
const std::string kSnmp =
    S("\x30\x1a\x02\x01\x01\x04\x06public\xa0\x0d\x02\x01\x01\x02\x01\0\x02\x01\0\x30\x02\x30\0");

std::string Stun(size_t type, const std::string& attributes) {
  return U16(type) + U16(attributes.size()) + S("\x21\x12\xa4\x42") + std::string(12, 't') +
         attributes;
}

TEST(StunTest, ClassesAndSoftware) {
  const std::string request = Stun(0x0001, S("\x80\x22\0\5") + "agent" + std::string(3, '\0'));
  CheckProbe(
      &ProbeStun,
      {{"Request", request, Verdict::kMatch},
       {"Cookie", S("\0\1\0\0\x21\x12\xa4\x43") + std::string(12, 't'), Verdict::kNotMine},
       {"RTP", "\x80" + std::string(30, 'x'), Verdict::kNotMine},
       {"Odd length", S("\0\1\0\2\x21\x12\xa4\x42") + std::string(14, 't'), Verdict::kNotMine}});
  const Result result = Feed({{kClient, request},
                              {kServer, Stun(0x0101, "")},
                              {kServer, Stun(0x0111, "")},
                              {kClient, Stun(0x0016, "")}},
                             OnPort(40001));
  EXPECT_THAT(result.protocols, ElementsAre("stun"));
  EXPECT_THAT(result.facts,
              ElementsAre("stun_class=request", "stun_method=1", "stun_software=agent",
                          "stun_class=success", "stun_class=error", "stun_class=indication",
                          "stun_method=6"));
  CheckTruncations(request, 40001, 3);
}

// What shares the port is looked at, and STUN goes on behind it.
TEST(StunTest, OthersOnTheSamePort) {
  const Result result = Feed(
      {{kClient, Stun(0x0001, "")}, {kClient, kSnmp}, {kServer, Stun(0x0101, "")}}, OnPort(40001));
  EXPECT_THAT(result.protocols, ElementsAre("stun", "snmp"));
  Conversation media = {{kClient, Stun(0x0001, "")}};
  for (int i = 0; i < 100; ++i) media.push_back({kClient, "\x80media"});
  const Result done = Feed(media, OnPort(40001));
  EXPECT_THAT(done.protocols, ElementsAre("stun"));
  EXPECT_FALSE(done.wants_more);
}

// TURN over TCP: messages and the data of channels, which is filled up to four bytes.
TEST(StunTest, OverTcp) {
  const Result result =
      CheckEveryCut({{kClient, Stun(0x0003, S("\0\x19\0\4\x11\0\0\0"))},
                     {kServer, Stun(0x0113, S("\x80\x22\0\4turn")) + S("\x40\0\0\5hello\0\0\0")},
                     {kClient, S("\x40\0\0\5hello\0\0\0") + Stun(0x0016, "")}},
                    {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("stun"));
  EXPECT_THAT(result.facts,
              ElementsAre("stun_class=request", "stun_method=3", "stun_class=error",
                          "stun_software=turn", "stun_class=indication", "stun_method=6"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

// RFC 3489, on its port alone.
TEST(StunTest, WithoutACookie) {
  const std::string request = S("\0\1\0\x08") + std::string(16, 't') + S("\0\3\0\4\0\0\0\0");
  const std::string answer = S("\1\1\0\0") + std::string(16, 't');
  CheckProbe(&ProbeClassicStun,
             {{"Request", request, Verdict::kMatch},
              {"Answer", answer, Verdict::kMatch},
              {"Longer", request + "x", Verdict::kNotMine},
              {"Type", S("\0\7\0\0"), Verdict::kNotMine},
              {"Attribute", S("\0\1\0\x08") + std::string(16, 't') + S("\0\x22\0\4abcd"),
               Verdict::kNotMine}});
  const Result result = Feed({{kClient, request}, {kServer, answer}}, OnPort(3478));
  EXPECT_THAT(result.protocols, ElementsAre("stun"));
  EXPECT_THAT(result.facts,
              ElementsAre("stun_class=request", "stun_method=1", "stun_class=success"));
  EXPECT_TRUE(Feed({{kClient, request}}, OnPort(4711)).protocols.empty());
}

}  // namespace
}  // namespace rustnet::net
