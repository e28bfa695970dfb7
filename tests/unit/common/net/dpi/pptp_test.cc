// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kStart = S("\0\x9c\0\1\x1a\x2b\x3c\x4d\0\1\0\0\1\0\0\0") + std::string(140, '\0');

TEST(PptpTest, Cookie) {
  CheckProbe(&ProbePptp, {{"Start", kStart, Verdict::kMatch},
                          {"Cookie", S("\0\x9c\0\1\x1a\x2b\x3c\x4e\0\1"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kStart}}, {.server_port = 1723});
  EXPECT_THAT(result.protocols, ElementsAre("pptp"));
  EXPECT_THAT(result.facts, ElementsAre("pptp_message=1"));
}

}  // namespace
}  // namespace rustnet::net
