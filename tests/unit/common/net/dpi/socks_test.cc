// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 9999};
const Setting kPort1080{.server_port = 1080};

const std::string kConnect5 =
    S("\5\1\0\3\x0b"
      "example.org\0\x19");
const std::string kReply5 = S("\5\0\0\1\x0a\0\0\1\x04\x38");

TEST(SocksTest, Probes) {
  CheckProbe(&ProbeSocks, {{"5", S("\5\2\0\2"), Verdict::kMatch},
                           {"4", S("\4\1\0\x50\x0a\0\0\1me\0"), Verdict::kMatch},
                           {"4a", S("\4\1\0\x50\0\0\0\1me\0a.b\0"), Verdict::kMatch},
                           {"Methods", S("\5\2\0\x44"), Verdict::kNotMine},
                           {"More", S("\5\1\0more"), Verdict::kNotMine},
                           {"Command", S("\4\3\0\x50\x0a\0\0\1me\0"), Verdict::kNotMine}});
}

TEST(SocksTest, WhatFollowsIsFound) {
  const Result result = CheckEveryCut({{kClient, S("\5\2\0\2")},
                                       {kServer, S("\5\2")},
                                       {kClient, S("\1\5alice\7hunter2")},
                                       {kServer, S("\1\0")},
                                       {kClient, kConnect5},
                                       {kServer, kReply5 + "220 mail ESMTP\r\n"},
                                       {kClient, "EHLO a.b\r\n"}},
                                      kPort1080);
  EXPECT_THAT(result.protocols, ElementsAre("socks", "smtp"));
  EXPECT_THAT(result.facts,
              ElementsAre("socks_version=5", "socks_user=alice", "socks_destination=example.org:25",
                          "smtp_server=mail ESMTP", "smtp_command=EHLO", "smtp_helo=a.b"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(SocksTest, Version4) {
  const Result result = CheckEverySegmentation({{kClient, S("\4\1\0\x50\0\0\0\1me\0a.b\0")},
                                                {kServer, S("\0\x5a\0\0\0\0\0\0")},
                                                {kClient, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}},
                                               kPort1080);
  EXPECT_THAT(result.protocols, ElementsAre("socks", "http"));
  EXPECT_EQ(result.facts[2], "socks_destination=a.b:80");
}

TEST(SocksTest, ElsewhereTheServerMustAgree) {
  EXPECT_THAT(Feed({{kClient, S("\5\1\0")}}, kOdd).protocols, IsEmpty());
  EXPECT_THAT(Feed({{kClient, S("\5\1\0")}, {kServer, S("\5\0")}}, kOdd).protocols,
              ElementsAre("socks"));
  const Result other =
      Feed({{kClient, S("\5\1\0")}, {kServer, "220 x FTP\r\n"}, {kClient, "USER a\r\n"}}, kOdd);
  EXPECT_THAT(other.protocols, ElementsAre("ftp"));
}

TEST(SocksTest, RefusedEnds) {
  const Result result = Feed({{kClient, S("\5\1\2")}, {kServer, S("\5\xff")}}, kPort1080);
  EXPECT_FALSE(result.wants_more);
}

TEST(SocksTest, AClientThatDoesNotWait) {
  CheckProbe(&ProbeSocks, {{"Request", S("\5\1\0") + kConnect5, Verdict::kMatch},
                           {"Login", S("\5\1\2\1\5alice"), Verdict::kMatch},
                           {"Command", S("\5\1\0\5\4\0\1"), Verdict::kNotMine}});
  const Result result = CheckEverySegmentation({{kClient, S("\5\1\0") + kConnect5},
                                                {kServer, S("\5\0") + kReply5},
                                                {kClient, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"}},
                                               kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("socks", "http"));
  EXPECT_EQ(result.facts[1], "socks_destination=example.org:25");
}

}  // namespace
}  // namespace rustnet::net
