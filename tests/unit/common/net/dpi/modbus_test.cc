// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kRead = S("\0\1\0\0\0\6\x11\3\0\x6b\0\3");
const std::string kError = S("\0\1\0\0\0\3\x11\x83\2");

TEST(ModbusTest, UnitsAndFunctions) {
  CheckProbe(&ProbeModbus, {{"Read", kRead, Verdict::kMatch},
                            {"Other protocol", S("\0\1\0\1\0\6\x11\3"), Verdict::kNotMine},
                            {"TLS", S("\x16\3\1\2\0\1\0\1"), Verdict::kNotMine},
                            {"Too long", S("\0\1\0\0\1\6\x11\3"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kRead + kRead}, {kServer, kError}}, {.server_port = 502});
  EXPECT_THAT(result.protocols, ElementsAre("modbus"));
  EXPECT_THAT(result.facts, ElementsAre("modbus_unit=17", "modbus_function=3"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
