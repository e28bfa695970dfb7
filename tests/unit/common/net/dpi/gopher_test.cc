// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(GopherTest, Selector) {
  CheckProbe(&ProbeGopher, {{"Selector", "/docs\r\n", Verdict::kMatch},
                            {"Root", "\r\n", Verdict::kMatch},
                            {"Binary", "/d\x80\r\n", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, "/find\tword\r\n"}, {kServer, "0About\t/about\thost\t70\r\n.\r\n"}},
                    {.server_port = 70});
  EXPECT_THAT(result.protocols, ElementsAre("gopher"));
  EXPECT_THAT(result.facts, ElementsAre("gopher_selector=/find"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
