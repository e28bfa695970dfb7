// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kRegister = S("\x65\0\4\0") + std::string(20, '\0') + S("\1\0\0\0");

TEST(EnipTest, Commands) {
  CheckProbe(&ProbeEnip, {{"Register", kRegister, Verdict::kMatch},
                          {"Command", S("\x55\0\4\0"), Verdict::kNotMine},
                          {"Options", S("\x65\0\4\0") + std::string(20, '\1'), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kRegister}, {kServer, kRegister}}, {.server_port = 44818});
  EXPECT_THAT(result.protocols, ElementsAre("enip"));
  EXPECT_THAT(result.facts, ElementsAre("enip_command=101"));
  const std::string identity = S("\x63\0\0\0") + std::string(20, '\0');
  EXPECT_THAT(Feed({{kClient, identity}}, OnPort(44818)).facts, ElementsAre("enip_command=99"));
}

}  // namespace
}  // namespace rustnet::net
