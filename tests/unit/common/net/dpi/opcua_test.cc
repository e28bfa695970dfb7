// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kHello =
    S("HELF\x32\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\x12\0\0\0") + "opc.tcp://h.x:4840";
const std::string kAck = S("ACKF\x1c\0\0\0") + std::string(20, 'a');

TEST(OpcuaTest, Endpoint) {
  CheckProbe(&ProbeOpcua, {{"Hello", kHello, Verdict::kMatch},
                           {"SMTP", "HELO example.com\r\n", Verdict::kNotMine},
                           {"Size", S("HELF\1\0\0\0"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kHello}, {kServer, kAck}}, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("opcua"));
  EXPECT_THAT(result.facts, ElementsAre("opcua_endpoint=opc.tcp://h.x:4840"));
}

}  // namespace
}  // namespace rustnet::net
