// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Message(const std::string& text) {
  return S("ZBXD\1") + static_cast<char>(text.size()) + S("\0\0\0\0\0\0\0") + text;
}

const std::string kChecks = Message("{\"request\": \"active checks\",\"host\":\"a\"}");
const std::string kAnswer = Message("{\"response\":\"success\"}");

TEST(ZabbixTest, Requests) {
  CheckProbe(&ProbeZabbix, {{"Request", kChecks, Verdict::kMatch},
                            {"Compressed", S("ZBXD\3\5\0\0\0\x09\0\0\0"), Verdict::kMatch},
                            {"Flags", S("ZBXD\2\5\0\0\0"), Verdict::kNotMine},
                            {"Length", S("ZBXD\1\5\0\0\x50"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kChecks + Message("{\"request\":\"other\"}")}, {kServer, kAnswer}},
                    {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("zabbix"));
  EXPECT_THAT(result.facts, ElementsAre("zabbix_request=active checks"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(
      Feed({{kClient, Message("{\"request\":\"proxy tasks\"}")}}, {.server_port = 10051}).facts,
      ElementsAre("zabbix_request=proxy tasks"));
}

}  // namespace
}  // namespace rustnet::net
