// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kInfo = "INFO {\"server_id\":\"N\",\"version\":\"2.10\"} \r\n";
const std::string kConnect = "CONNECT {\"verbose\":false,\"user\":\"ab\",\"pass\":\"x\"}\r\n";

TEST(NatsTest, Probes) {
  CheckProbe(&ProbeNats, {{"Info", kInfo, Verdict::kMatch},
                          {"Connect", kConnect, Verdict::kMatch},
                          {"Redis", "INFO\r\n", Verdict::kNotMine},
                          {"HTTP", "CONNECT a:443 HTTP/1.1\r\n", Verdict::kNotMine},
                          {"Ping", "PING\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeNatsPort, {{"Info", kInfo, Verdict::kMatch},
                              {"Ping", "PING\r\n", Verdict::kMatch},
                              {"Publish", "PUB a 1\r\n", Verdict::kMatch},
                              {"Fine", "+OK\r\n", Verdict::kMatch},
                              {"HTTP", "CONNECT a:443 HTTP/1.1\r\n", Verdict::kNotMine},
                              {"IRC", "PING :irc.example.net\r\n", Verdict::kNotMine},
                              {"POP3", "+OK ready\r\n", Verdict::kNotMine},
                              {"Other", "PUBLISH a\r\n", Verdict::kNotMine}});
}

TEST(NatsTest, CommandsAndSubjects) {
  const Result result = CheckEveryCut(
      {{kServer, kInfo},
       {kClient, kConnect + "PING\r\n"},
       {kServer, "PONG\r\n"},
       {kClient, "SUB orders.* 1\r\nPUB  greet _INBOX.1 11\r\nSUB other 2\r\nSUB last 2\r\n"},
       {kServer, "MSG orders.new 1 5\r\nhello\r\nHMSG orders.old 1 4 6\r\nabcdef\r\n"}},
      {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("nats"));
  EXPECT_THAT(
      result.facts,
      ElementsAre("nats_command=INFO", "nats_command=CONNECT", "nats_command=PING",
                  "nats_command=PONG", "nats_command=SUB", "nats_subject=orders.*",
                  "nats_command=PUB", "nats_subject=greet", "nats_subject=last", "nats_command=MSG",
                  "nats_subject=orders.new", "nats_command=HMSG", "nats_subject=orders.old"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(NatsTest, TlsFollows) {
  const Result result = CheckEveryCut(
      {{kServer, "INFO {\"server_id\":\"N\",\"tls_required\":true}\r\n"}, {kClient, kTlsHello}},
      {.server_port = 4222});
  EXPECT_THAT(result.protocols, ElementsAre("nats", "tls"));
}

}  // namespace
}  // namespace rustnet::net
