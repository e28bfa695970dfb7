// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(IdentTest, AsksAndAnswers) {
  CheckProbe(&ProbeIdent, {{"Query", "6193, 23\r\n", Verdict::kMatch},
                           {"Tight", "6193,23\n", Verdict::kMatch},
                           {"Answer", "6193, 23 : USERID : UNIX : ab\r\n", Verdict::kMatch},
                           {"One number", "6193\r\n", Verdict::kNotMine},
                           {"No number", "6193, \r\n", Verdict::kNotMine},
                           {"Long", "619300, 23\r\n", Verdict::kNotMine},
                           {"Three", "1, 2, 3\r\n", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, "6193, 23\r\n"}, {kServer, "6193, 23 : USERID : UNIX : ab\r\n"}},
                    {.server_port = 113});
  EXPECT_THAT(result.protocols, ElementsAre("ident"));
  EXPECT_THAT(result.facts, IsEmpty());
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
