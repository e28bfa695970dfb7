// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kStart = S("\xc0\1\1\0abcd\0\0\0\x09") + std::string(9, 'x');
const std::string kReply = S("\xc0\1\2\0abcd\0\0\0\6") + std::string(6, 'y');
const std::string kAccounting = S("\xc0\3\1\4efgh\0\0\0\5") + std::string(5, 'z');

TEST(TacacsTest, Types) {
  CheckProbe(&ProbeTacacs, {{"Start", kStart, Verdict::kMatch},
                            {"Version", S("\xd0\1\1\0abcd\0\0\0\x09"), Verdict::kNotMine},
                            {"Type", S("\xc0\4\1\0abcd\0\0\0\x09"), Verdict::kNotMine},
                            {"Flags", S("\xc0\1\1\2abcd\0\0\0\x09"), Verdict::kNotMine},
                            {"Length", S("\xc0\1\1\0abcd\0\1\0\x09"), Verdict::kNotMine}});
  const Result result = CheckEveryCut(
      {{kClient, kStart}, {kServer, kReply}, {kClient, kAccounting}}, {.server_port = 49});
  EXPECT_THAT(result.protocols, ElementsAre("tacacs"));
  EXPECT_THAT(result.facts, ElementsAre("tacacs_type=authentication", "tacacs_type=accounting"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
