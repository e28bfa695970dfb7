// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;

const std::string kGet =
    S("\x30\x1a\x02\x01\x01\x04\x06public\xa0\x0d\x02\x01\x01\x02\x01\0\x02\x01\0\x30\x02\x30\0");
const std::string kV3 =
    S("\x30\x2e\x02\x01\x03\x30\x0d\x02\x01\x01\x02\x02\x05\xdc\x04\x01\4\x02\x01\3\x04\x02\x30\0"
      "\x30\x16\x04\0\x04\0\xa8\x10\x02\x01\1\x02\x01\0\x02\x01\0\x30\x05\x30\x03\x06\x01\x2b");

TEST(SnmpTest, VersionsAndPdus) {
  CheckProbe(&ProbeSnmp, {{"Get", kGet, Verdict::kMatch},
                          {"Version 3", kV3, Verdict::kMatch},
                          {"Other version", S("\x30\x06\x02\x01\x05\x04\x01x"), Verdict::kNeedMore},
                          {"No sequence", S("\x31\x06\x02\x01\x01\x04\x01x"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kGet}}, OnPort(161));
  EXPECT_THAT(result.protocols, ElementsAre("snmp"));
  EXPECT_THAT(result.facts, ElementsAre("snmp_version=v2c", "snmp_pdu=get"));
  EXPECT_THAT(Feed({{kClient, kV3}}, OnPort(161)).facts,
              ElementsAre("snmp_version=v3", "snmp_pdu=report"));
  CheckTruncations(kGet, 161, 2);
  CheckTruncations(kV3, 161, 2);
}

TEST(SnmpTest, TheCommunityIsASecret) {
  Setting shown = OnPort(161);
  shown.limits.facts.show_secrets = true;
  EXPECT_THAT(Feed({{kClient, kGet}}, shown).facts, Contains("snmp_community=public"));
  for (const std::string& fact : Feed({{kClient, kGet}}, OnPort(161)).facts) {
    EXPECT_EQ(fact.find("public"), std::string::npos);
  }
}

TEST(SnmpTest, AnEncryptedPduIsNotNamed) {
  const std::string sealed =
      S("\x30\x19\x02\x01\x03\x30\x0d\x02\x01\x01\x02\x02\x05\xdc\x04\x01\3\x02\x01\3\x04\x02\x30\0"
        "\x04\x01x");
  EXPECT_THAT(Feed({{kClient, sealed}}, OnPort(161)).facts, ElementsAre("snmp_version=v3"));
}

TEST(SnmpTest, OverTcp) {
  CheckProbe(&ProbeSnmpTcp, {{"Get", kGet, Verdict::kMatch},
                             {"Version 3", kV3, Verdict::kMatch},
                             {"LDAP", S("\x30\x20\2\1\1\x60"), Verdict::kNotMine},
                             {"Version 2", S("\x30\x20\2\1\2"), Verdict::kNotMine}});
  const std::string big = S("\x30\x82\x10\0\2\1\1\4\1x\xa2") + std::string(4096 - 7, 'v');
  EXPECT_THAT(
      Feed({{kClient, big + kV3}}, {.server_port = 161}).facts,
      ElementsAre("snmp_version=v2c", "snmp_pdu=response", "snmp_version=v3", "snmp_pdu=report"));
  const Result result = CheckEverySegmentation({{kClient, kGet + kV3}}, {.server_port = 161});
  EXPECT_THAT(result.protocols, ElementsAre("snmp"));
  EXPECT_THAT(result.facts, ElementsAre("snmp_version=v2c", "snmp_pdu=get", "snmp_version=v3",
                                        "snmp_pdu=report"));
}

}  // namespace
}  // namespace rustnet::net
