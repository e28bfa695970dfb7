// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kOpening = S("\0bostic\0kbostic\0vt100/9600\0");

TEST(RloginTest, UserAndTerminal) {
  CheckProbe(&ProbeRlogin, {{"Opening", kOpening, Verdict::kMatch},
                            {"No speed", S("\0a\0b\0vt100\0"), Verdict::kNotMine},
                            {"Speed", S("\0a\0b\0vt100/x\0"), Verdict::kNotMine},
                            {"No user", S("\0\0b\0vt100/9600\0"), Verdict::kNotMine},
                            {"Blank", S("\0a b\0"), Verdict::kNotMine},
                            {"Text", "bostic", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kOpening}, {kServer, S("\0Password: ")}, {kClient, "typed\r"}},
                    {.server_port = 513});
  EXPECT_THAT(result.protocols, ElementsAre("rlogin"));
  EXPECT_THAT(result.facts, ElementsAre("rlogin_user=kbostic", "rlogin_terminal=vt100/9600"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
