// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;

std::string Dhcp(char op, const std::string& options, const std::string& file = "") {
  return std::string(1, op) + S("\x01\x06\0") + std::string(24, '\0') +
         S("\0\x1b\x21\xAA\xbb\x0c") + std::string(10, '\0') + std::string(64, '\0') + file +
         std::string(128 - file.size(), '\0') + S("\x63\x82\x53\x63") + options;
}

TEST(DhcpTest, TypeNameAndAddress) {
  const std::string discover = Dhcp(1, S("\0\x35\1\1\x0c\5") + "host1" + S("\xff\x35\1\4"));
  CheckProbe(&ProbeDhcp,
             {{"Discover", discover, Verdict::kMatch},
              {"Op", Dhcp(3, ""), Verdict::kNotMine},
              {"Hardware length", S("\x01\x01\x07") + std::string(300, '\0'), Verdict::kNotMine}});
  const Result result = Feed({{kClient, discover}, {kServer, Dhcp(2, S("\x35\1\2"))}}, OnPort(67));
  EXPECT_THAT(result.protocols, ElementsAre("dhcp"));
  EXPECT_THAT(result.facts, ElementsAre("dhcp_mac=00:1b:21:aa:bb:0c", "dhcp_type=discover",
                                        "dhcp_hostname=host1", "dhcp_type=offer"));
  CheckTruncations(discover, 67, 3);
}

TEST(DhcpTest, OptionsThatGoOnElsewhere) {
  const Result result =
      Feed({{kClient, Dhcp(1, S("\x34\1\1\xff"), S("\x35\1\3\x0c\2") + "hi\xff")}}, OnPort(67));
  EXPECT_THAT(result.facts, Contains("dhcp_type=request"));
  EXPECT_THAT(result.facts, Contains("dhcp_hostname=hi"));
}

TEST(DhcpTest, UnknownTypesAreNumbersAndLyingLengthsNothing) {
  EXPECT_THAT(Feed({{kClient, Dhcp(1, S("\x35\1\x2a"))}}, OnPort(67)).facts,
              Contains("dhcp_type=42"));
  EXPECT_THAT(Feed({{kClient, Dhcp(1, S("\x0c\xff") + "hi")}}, OnPort(67)).facts,
              ElementsAre("dhcp_mac=00:1b:21:aa:bb:0c"));
}

}  // namespace
}  // namespace rustnet::net
