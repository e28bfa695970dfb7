// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kRegister = S("\x14\0\0\0\x11\0\0\0\1\0\0\0SEP001122334455\0");
const std::string kKeepalive = S("\4\0\0\0\0\0\0\0\0\0\0\0");
const std::string kRegisterAck = S("\x08\0\0\0\0\0\0\0\x81\0\0\0\x1e\0\0\0");

TEST(SkinnyTest, Messages) {
  CheckProbe(&ProbeSkinny, {{"Register", kRegister, Verdict::kMatch},
                            {"Keepalive", kKeepalive, Verdict::kMatch},
                            {"V10", S("\4\0\0\0\x0a\0\0\0\0\0\0\0"), Verdict::kMatch},
                            {"V15", S("\4\0\0\0\x0f\0\0\0\0\0\0\0"), Verdict::kMatch},
                            {"Long keepalive", S("\x81\1\0\0\0\0\0\0\0\0\0\0"), Verdict::kNotMine},
                            {"Length", S("\3\0\0\0"), Verdict::kNotMine},
                            {"Version", S("\4\0\0\0\1\0\0\0"), Verdict::kNotMine},
                            {"Number", S("\4\0\0\0\0\0\0\0\x70\0\0\0"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kRegister}, {kServer, kRegisterAck}, {kClient, kKeepalive}},
                    {.server_port = 2000});
  EXPECT_THAT(result.protocols, ElementsAre("skinny"));
  EXPECT_THAT(result.facts,
              ElementsAre("skinny_message=1", "skinny_message=129", "skinny_message=0"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
