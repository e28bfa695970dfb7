// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kConnect =
    S("\x0c\4\4\1\0\x3c"
      "meter1");
const std::string kPublish =
    S("\x0a\x0c\0\0\1\0\0"
      "21C");

TEST(MqttsnTest, Probe) {
  CheckProbe(&ProbeMqttsn, {{"Connect", kConnect, Verdict::kMatch},
                            {"Long form",
                             S("\1\0\x0e\4\4\1\0\x3c"
                               "meter1"),
                             Verdict::kMatch},
                            {"Publish", kPublish, Verdict::kMatch},
                            {"Pingresp", S("\2\x17"), Verdict::kMatch},
                            {"Forwarded", S("\5\xfe\1\0\7") + kConnect, Verdict::kMatch},
                            {"Radius", S("\5\xfe\4"), Verdict::kNotMine},
                            {"Forwarded nothing", S("\3\xfe\1\2\3"), Verdict::kNotMine},
                            {"Protocol", S("\x0c\4\4\2"), Verdict::kNotMine},
                            {"Flags", S("\x0c\4\x80"), Verdict::kNotMine},
                            {"Name", S("\x0c\4\4\1\0\x3c\1"), Verdict::kNotMine},
                            {"Type", S("\x0c\3"), Verdict::kNotMine},
                            {"Size of its type", S("\4\x17"), Verdict::kNotMine},
                            {"Register", S("\x08\x0a\0\0\0\1ab"), Verdict::kMatch},
                            {"Topic", S("\x08\x0a\0\0\0\1a\1"), Verdict::kNotMine},
                            {"Flags of a topic", S("\x0a\x0c\x04"), Verdict::kNotMine},
                            {"Longer", kPublish + "x", Verdict::kNotMine}});
}

TEST(MqttsnTest, ClientAndMessages) {
  const Result result =
      Feed({{kClient, kConnect}, {kServer, S("\3\5\0")}, {kClient, kPublish}}, OnPort(1884));
  EXPECT_THAT(result.protocols, ElementsAre("mqttsn"));
  EXPECT_THAT(result.facts, ElementsAre("mqttsn_message=connect", "mqttsn_client_id=meter1",
                                        "mqttsn_message=connack", "mqttsn_message=publish"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(Feed({{kClient, S("\5\xfe\1\0\7") + kConnect}}, OnPort(1884)).facts,
              ElementsAre("mqttsn_message=connect", "mqttsn_client_id=meter1"));
  CheckTruncations(kConnect, 1883, 0);
  CheckTruncations(kPublish, 10000, 0);
}

}  // namespace
}  // namespace rustnet::net
