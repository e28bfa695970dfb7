// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FingerTest, Query) {
  CheckProbe(&ProbeFinger, {{"User", "/W ab@host\r\n", Verdict::kMatch},
                            {"Nobody", "\r\n", Verdict::kMatch},
                            {"Binary", "\x16\3\1", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, "ab\r\n"}, {kServer, "Login: ab\r\n"}}, {.server_port = 79});
  EXPECT_THAT(result.protocols, ElementsAre("finger"));
  EXPECT_THAT(result.facts, ElementsAre("finger_query=ab"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(CheckEveryCut({{kClient, "\r\n"}}, {.server_port = 79}).facts, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
