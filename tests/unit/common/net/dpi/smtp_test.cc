// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 2626};
const Setting kPort25{.server_port = 25};

TEST(SmtpTest, Probes) {
  CheckProbe(&ProbeSmtp, {{"Greeting", "220 mail.example ESMTP\r\n", Verdict::kMatch},
                          {"LMTP", "220 mail.example LMTP\r\n", Verdict::kMatch},
                          {"Hello", "EHLO client.example\r\n", Verdict::kMatch},
                          {"Literal", "helo [10.0.0.1]\r\n", Verdict::kMatch},
                          {"No name", "EHLO \r\n", Verdict::kNotMine},
                          {"No host", "HELO what's up?\r\n", Verdict::kNotMine},
                          {"FTP", "220 (vsFTPd 3.0.3)\r\n", Verdict::kNotMine},
                          {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeSmtpPort, {{"Any greeting", "220 hello\r\n", Verdict::kMatch},
                              {"Refusal", "554-no\r\n", Verdict::kMatch},
                              {"Command", "MAIL FROM:<a@b>\r\n", Verdict::kMatch},
                              {"Four digits", "2200 x\r\n", Verdict::kNotMine},
                              {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(SmtpTest, CommandsAndNoMail) {
  const Result result = CheckEveryCut(
      {{kServer, "220-mail.example ESMTP\r\n220 hi\r\n"},
       {kClient, "ehlo client.example\r\n"},
       {kServer, "250-PIPELINING\r\n250 OK\r\n"},
       {kClient, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n"},
       {kServer, "250 ok\r\n250 ok\r\n354 go on\r\n"},
       {kClient,
        "Subject: x\r\n\r\nHELP me\r\n550 no\r\n.\r\nRSET\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"},
       {kServer, "250 ok\r\n250 ok\r\n"},
       {kClient, "QUIT\r\n"}},
      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("smtp"));
  EXPECT_THAT(result.facts,
              ElementsAre("smtp_server=mail.example ESMTP", "smtp_command=EHLO",
                          "smtp_helo=client.example", "smtp_command=MAIL", "smtp_command=RCPT",
                          "smtp_command=DATA", "smtp_command=RSET", "smtp_command=BDAT",
                          "smtp_command=NOOP", "smtp_command=QUIT"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(SmtpTest, OneSideAlone) {
  EXPECT_THAT(Feed({{kClient, "HELO a.b\r\nMAIL x\r\nDATA\r\nHELP\r\n.\r\nQUIT\r\n"}}, kOdd).facts,
              ElementsAre("smtp_command=HELO", "smtp_helo=a.b", "smtp_command=MAIL",
                          "smtp_command=DATA", "smtp_command=QUIT"));
}

TEST(SmtpTest, WhatAnswersAuthIsNeverAFact) {
  Setting shown = kPort25;
  shown.limits.facts.show_secrets = true;
  const Result result = Feed({{kServer, "220 x\r\n"},
                              {kClient, "AUTH LOGIN\r\n"},
                              {kServer, "334 VXNlcm5hbWU6\r\n"},
                              {kClient, "HELP\r\n"},
                              {kServer, "235 in\r\n"},
                              {kClient, "SECRET x\r\nNOOP\r\n"}},
                             shown);
  EXPECT_THAT(result.facts, ElementsAre("smtp_server=x", "smtp_command=AUTH", "smtp_command=NOOP"));
}

TEST(SmtpTest, TlsAfterStarttls) {
  EXPECT_THAT(CheckEveryCut({{kServer, "220 x ESMTP\r\n"},
                             {kClient, "STARTTLS\r\n"},
                             {kServer, "220 go\r\n"},
                             {kClient, kTlsHello}},
                            kOdd)
                  .protocols,
              ElementsAre("smtp", "tls"));
  EXPECT_THAT(CheckEveryCut({{kServer, "220 x ESMTP\r\n"},
                             {kClient, "STARTTLS\r\n"},
                             {kServer, "454 no\r\n"},
                             {kClient, "QUIT\r\n"}},
                            kOdd)
                  .facts,
              ElementsAre("smtp_server=x ESMTP", "smtp_command=STARTTLS", "smtp_command=QUIT"));
}

TEST(SmtpTest, AHugeChunkSkipsAllThatComes) {
  EXPECT_THAT(Feed({{kClient, "BDAT 18446744073709551615\r\nQUIT\r\n"}}, kPort25).facts,
              ElementsAre("smtp_command=BDAT"));
}

}  // namespace
}  // namespace rustnet::net
