// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 1119};

TEST(NntpTest, Probes) {
  CheckProbe(&ProbeNntp, {{"Greeting", "200 news.example NNTP ready\r\n", Verdict::kMatch},
                          {"No posting", "201 InterNetNews NNRP NNTP\r\n", Verdict::kMatch},
                          {"Client", "MODE READER\r\n", Verdict::kMatch},
                          {"Other", "200 hello\r\n", Verdict::kNotMine},
                          {"FTP", "220 FTP\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeNntpPort, {{"Greeting", "200 hello\r\n", Verdict::kMatch},
                              {"Command", "GROUP misc.test\r\n", Verdict::kMatch},
                              {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(NntpTest, CommandsAndNoArticles) {
  const Result result = CheckEveryCut({{kServer, "200 NNTP here\r\n"},
                                       {kClient, "mode reader\r\nPOST\r\n"},
                                       {kServer, "200 ok\r\n340 send\r\n"},
                                       {kClient, "From: a\r\nHELP me\r\n.\r\nAUTHINFO USER a\r\n"},
                                       {kServer, "240 ok\r\n381 more\r\n"},
                                       {kClient, "AUTHINFO PASS hunter2\r\nQUIT\r\n"}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("nntp"));
  EXPECT_THAT(result.facts,
              ElementsAre("nntp_server=NNTP here", "nntp_command=MODE", "nntp_command=POST",
                          "nntp_command=AUTHINFO", "nntp_command=QUIT"));
}

TEST(NntpTest, TlsAfterStarttls) {
  EXPECT_THAT(CheckEveryCut({{kServer, "200 NNTP\r\n"},
                             {kClient, "STARTTLS\r\n"},
                             {kServer, "382 go\r\n"},
                             {kClient, kTlsHello}},
                            kOdd)
                  .protocols,
              ElementsAre("nntp", "tls"));
}

TEST(NntpTest, OthersGreetWith220) {
  CheckProbe(&ProbeNntpPort, {{"Article", "220 1 <a@b>\r\n", Verdict::kMatch},
                              {"Group", "211 10 1 10 misc.test\r\n", Verdict::kMatch},
                              {"Mail", "220 mx ESMTP\r\n", Verdict::kNotMine},
                              {"FTP", "220-Welcome\r\n", Verdict::kNotMine}});
}

}  // namespace
}  // namespace rustnet::net
