// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kRequest = S("ES\0\0\0\x11\0\0\0\0\0\0\0\1\0\0\x6d\x68\x33more");
const std::string kAnswer = S("ES\0\0\0\x0d\0\0\0\0\0\0\0\1\1\0\x6d\x68\x33");
const std::string kPing = "ES\xff\xff\xff\xff";

TEST(ElasticsearchTest, Version) {
  CheckProbe(&ProbeElasticsearch,
             {{"Request", kRequest, Verdict::kMatch},
              {"Ping", kPing, Verdict::kMatch},
              {"Text", "ESSENTIAL TEXT OF MANY WORDS", Verdict::kNotMine},
              {"Status", S("ES\0\0\0\x11\0\0\0\0\0\0\0\1\x10\0\x6d\x68\x33"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kPing + kRequest}, {kServer, kAnswer}}, {.server_port = 9300});
  EXPECT_THAT(result.protocols, ElementsAre("elasticsearch"));
  EXPECT_THAT(result.facts, ElementsAre("elasticsearch_version=7170099"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
