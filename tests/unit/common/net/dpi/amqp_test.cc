// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 15672};

TEST(AmqpTest, Probes) {
  CheckProbe(&ProbeAmqp, {{"0-9-1", S("AMQP\0\0\x09\1"), Verdict::kMatch},
                          {"1.0 SASL", S("AMQP\3\1\0\0"), Verdict::kMatch},
                          {"Version", S("AMQP\7\7\7\7"), Verdict::kNotMine},
                          {"Text", "AMEN", Verdict::kNotMine}});
}

TEST(AmqpTest, Versions) {
  const Result old = CheckEveryCut(
      {{kClient, S("AMQP\0\0\x09\1")}, {kServer, S("\1\0\0\0\0\0\5\0\x0a\0\x0a\0\xce")}}, kOdd);
  EXPECT_THAT(old.protocols, ElementsAre("amqp"));
  EXPECT_THAT(old.facts, ElementsAre("amqp_version=0-9-1"));
  EXPECT_EQ(old.evidence, Evidence::kHandshake);
  const std::string tls = S("AMQP\2\1\0\0");
  EXPECT_THAT(CheckEveryCut({{kClient, tls}, {kServer, tls}, {kClient, kTlsHello}}, kOdd).protocols,
              ElementsAre("amqp", "tls"));
}

TEST(AmqpTest, OlderVersions) {
  const auto version = [](const std::string& number) {
    return Feed({{kClient, "AMQP" + number}}, kOdd).facts;
  };
  EXPECT_THAT(version(S("\1\1\x08\0")), ElementsAre("amqp_version=0-8"));
  EXPECT_THAT(version(S("\1\1\0\x09")), ElementsAre("amqp_version=0-9"));
  EXPECT_THAT(version(S("\1\1\0\x0a")), ElementsAre("amqp_version=0-10"));
  EXPECT_THAT(version(S("\3\1\0\0")), ElementsAre("amqp_version=1.0"));
}

TEST(AmqpTest, CapturesBeginAnywhere) {
  const std::string method = S("\1\0\1\0\0\0\5\0\x14\0\x0a\0\xce");
  const std::string open = S("\0\0\0\x0c\2\0\0\0\0\x53\x10\x45");
  CheckProbe(&ProbeAmqpPort,
             {{"Header", S("AMQP\0\0\x09\1"), Verdict::kMatch},
              {"Method", method, Verdict::kMatch},
              {"Heartbeat", S("\x08\0\0\0\0\0\0\xce"), Verdict::kMatch},
              {"End", S("\x08\0\0\0\0\0\0\xcd"), Verdict::kNotMine},
              {"Class", S("\1\0\1\0\0\0\5\0\x15"), Verdict::kNotMine},
              {"Open", open, Verdict::kMatch},
              {"Empty", S("\0\0\0\x08\2\0\0\0"), Verdict::kMatch},
              {"Performative", S("\0\0\0\x0c\2\0\0\0\0\x53\x70"), Verdict::kNotMine},
              {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  EXPECT_THAT(CheckEverySegmentation({{kServer, method}}, {.server_port = 5672}).protocols,
              ElementsAre("amqp"));
  EXPECT_TRUE(Feed({{kServer, method}}, kOdd).protocols.empty());
}

}  // namespace
}  // namespace rustnet::net
