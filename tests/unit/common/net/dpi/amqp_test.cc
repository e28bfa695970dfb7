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

}  // namespace
}  // namespace rustnet::net
