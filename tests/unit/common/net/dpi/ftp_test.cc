// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const Setting kPort21{.server_port = 21};
const Setting kOdd{.server_port = 2121};

TEST(FtpTest, Probes) {
  CheckProbe(&ProbeFtp, {{"Greeting", "220 (vsFTPd 3.0.3)\r\n", Verdict::kMatch},
                         {"Long", "220-FTP Server\r\n", Verdict::kMatch},
                         {"Mail", "220 mail.example ESMTP\r\n", Verdict::kNotMine},
                         {"Other code", "200 FTP\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeFtpPort, {{"Any greeting", "220 hello\r\n", Verdict::kMatch},
                             {"Command", "USER anonymous\r\n", Verdict::kMatch},
                             {"Lower case", "pasv\r\n", Verdict::kMatch},
                             {"Three digits more", "2200 x\r\n", Verdict::kNotMine},
                             {"SSH", "SSH-2.0-x\r\n", Verdict::kNotMine},
                             {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(FtpTest, CommandsAndTheUser) {
  const Conversation conversation = {{kServer, "220-Welcome to FTP\r\n more\r\n220 ready\r\n"},
                                     {kClient, "user alice\r\n"},
                                     {kServer, "331 Password\r\n"},
                                     {kClient, "PASS hunter2\r\nCWD /secret\r\n"},
                                     {kServer, "230 in\r\n250 ok\r\n"},
                                     {kClient, "RETR file\r\n"}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("ftp"));
  EXPECT_THAT(result.facts,
              ElementsAre("ftp_server=Welcome to FTP", "ftp_command=USER", "ftp_user=alice",
                          "ftp_command=PASS", "ftp_command=CWD", "ftp_command=RETR"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(FtpTest, APasswordIsNeverAFact) {
  Setting shown = kPort21;
  shown.limits.facts.show_secrets = true;
  const Result result = Feed({{kClient, "USER a\r\nPASS hunter2\r\n"}}, shown);
  for (const std::string& fact : result.facts) EXPECT_EQ(fact.find("hunter2"), std::string::npos);
}

TEST(FtpTest, TlsAfterAuth) {
  const Result result = CheckEveryCut({{kServer, "220 FTP\r\n"},
                                       {kClient, "AUTH TLS\r\n"},
                                       {kServer, "234 go\r\n"},
                                       {kClient, kTlsHello}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("ftp", "tls"));
  const Result refused = CheckEveryCut({{kServer, "220 FTP\r\n"},
                                        {kClient, "AUTH TLS\r\n"},
                                        {kServer, "500 no\r\n"},
                                        {kClient, "USER a\r\n"}},
                                       kOdd);
  EXPECT_THAT(refused.facts, Contains("ftp_user=a"));
}

TEST(FtpTest, NonsenseLinesAreNoCommands) {
  const Result result =
      Feed({{kClient, "USER a\r\n\x01\x02\r\n" + std::string(5000, 'A') + "\r\nx y\r\n"}}, kPort21);
  EXPECT_THAT(result.facts, ElementsAre("ftp_command=USER", "ftp_user=a"));
  EXPECT_EQ(result.facts_dropped, 1u);
}

}  // namespace
}  // namespace rustnet::net
