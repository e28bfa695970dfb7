// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 1110};
const Setting kPort110{.server_port = 110};

TEST(PopTest, Probes) {
  CheckProbe(&ProbePop, {{"Greeting", "+OK POP3 ready\r\n", Verdict::kMatch},
                         {"Timestamp", "+OK hi <12.34@mail.example>\r\n", Verdict::kMatch},
                         {"Redis", "+OK\r\n", Verdict::kNotMine},
                         {"Anything", "+OK hello\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbePopPort, {{"Greeting", "+OK hello\r\n", Verdict::kMatch},
                             {"Error", "-ERR no\r\n", Verdict::kMatch},
                             {"Command", "user alice\r\n", Verdict::kMatch},
                             {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(PopTest, CommandsAndTheUser) {
  const Result result = CheckEveryCut({{kServer, "+OK POP3 here\r\n"},
                                       {kClient, "user alice\r\n"},
                                       {kServer, "+OK\r\n"},
                                       {kClient, "PASS hunter2\r\nRETR 1\r\n"},
                                       {kServer, "+OK\r\n+OK\r\nSTAT\r\nmail\r\n.\r\n"},
                                       {kClient, "hunter2\r\nQUIT\r\n"}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("pop3"));
  EXPECT_THAT(result.facts,
              ElementsAre("pop_server=POP3 here", "pop_command=USER", "pop_user=alice",
                          "pop_command=PASS", "pop_command=RETR", "pop_command=QUIT"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(PopTest, WhatAnswersAuthIsNeverAFact) {
  EXPECT_THAT(Feed({{kClient, "AUTH PLAIN\r\n"},
                    {kServer, "+ \r\n"},
                    {kClient, "TOP\r\n"},
                    {kServer, "+OK\r\n"},
                    {kClient, "STAT\r\n"}},
                   kPort110)
                  .facts,
              ElementsAre("pop_command=AUTH", "pop_command=STAT"));
}

TEST(PopTest, TlsAfterStls) {
  EXPECT_THAT(CheckEveryCut({{kServer, "+OK POP3\r\n"},
                             {kClient, "STLS\r\n"},
                             {kServer, "+OK go\r\n"},
                             {kClient, kTlsHello}},
                            kOdd)
                  .protocols,
              ElementsAre("pop3", "tls"));
}

}  // namespace
}  // namespace rustnet::net
