// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 1143};
const Setting kPort143{.server_port = 143};

TEST(ImapTest, Probes) {
  CheckProbe(&ProbeImap, {{"Greeting", "* OK IMAP4rev1 ready\r\n", Verdict::kMatch},
                          {"Capability", "* OK [CAPABILITY IMAP4rev1] x\r\n", Verdict::kMatch},
                          {"Anything", "* OK hello\r\n", Verdict::kNotMine},
                          {"Redis", "*1\r\n$4\r\nPING\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeImapPort, {{"Greeting", "* OK hello\r\n", Verdict::kMatch},
                              {"Bye", "* BYE\r\n", Verdict::kMatch},
                              {"Command", "a1 login a b\r\n", Verdict::kMatch},
                              {"Status", "a1 OK done\r\n", Verdict::kMatch},
                              {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(ImapTest, CommandsAndLiterals) {
  const Result result = CheckEveryCut(
      {{kServer, "* OK IMAP4rev1\r\n"},
       {kClient, "a1 LOGIN {5}\r\n"},
       {kServer, "+ go\r\n"},
       {kClient, "alice {8+}\r\na2 NOOP\n\r\na3 uid fetch 1 (FLAGS)\r\n"},
       {kServer, "a1 OK in\r\n* 1 FETCH (BODY {14}\r\na9 OK x\r\na b c)\r\na3 OK\r\n"},
       {kClient, "a4 IDLE\r\nDONE\r\na5 LOGOUT\r\n"}},
      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("imap"));
  EXPECT_THAT(result.facts,
              ElementsAre("imap_server=IMAP4rev1", "imap_command=LOGIN", "imap_command=FETCH",
                          "imap_command=IDLE", "imap_command=LOGOUT"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(ImapTest, ARefusedLiteralIsNotSent) {
  EXPECT_THAT(CheckEveryCut({{kClient, "a1 APPEND x {500}\r\n"},
                             {kServer, "a1 NO full\r\n"},
                             {kClient, "a2 NOOP\r\n"}},
                            kPort143)
                  .facts,
              ElementsAre("imap_command=APPEND", "imap_command=NOOP"));
}

TEST(ImapTest, WhatAnswersAuthenticateIsNeverAFact) {
  EXPECT_THAT(Feed({{kClient, "a1 AUTHENTICATE LOGIN\r\n"},
                    {kServer, "+ x\r\n"},
                    {kClient, "a noop\r\n"},
                    {kServer, "a1 OK\r\n"},
                    {kClient, "a2 CHECK\r\n"}},
                   kPort143)
                  .facts,
              ElementsAre("imap_command=AUTHENTICATE", "imap_command=CHECK"));
}

TEST(ImapTest, TlsAfterStarttls) {
  EXPECT_THAT(CheckEveryCut({{kServer, "* OK IMAP4rev1\r\n"},
                             {kClient, "1 STARTTLS\r\n"},
                             {kServer, "1 OK go\r\n"},
                             {kClient, kTlsHello}},
                            kOdd)
                  .protocols,
              ElementsAre("imap", "tls"));
}

}  // namespace
}  // namespace rustnet::net
