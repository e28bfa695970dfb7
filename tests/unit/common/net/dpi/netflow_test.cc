// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(NetflowTest, Versions) {
  const std::string five = S("\0\5\0\1") + std::string(20, 'h') + std::string(48, 'r');
  const std::string nine = S("\0\x09\0\1") + std::string(16, 'h') + S("\0\0\0\x08\1\0\0\0");
  const std::string ten = S("\0\x0a\0\x18") + std::string(12, 'h') + S("\0\2\0\x08\1\0\0\0");
  CheckProbe(&ProbeNetflow, {{"5", five, Verdict::kMatch},
                             {"9", nine, Verdict::kMatch},
                             {"IPFIX", ten, Verdict::kMatch},
                             {"Count", S("\0\5\0\x1f"), Verdict::kNotMine},
                             {"Version", S("\0\6\0\1"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, nine}}, OnPort(2055)).facts, ElementsAre("netflow_version=9"));
}

TEST(NetflowTest, OlderVersions) {
  const std::string one = S("\0\1\0\1") + std::string(12, 'h') + std::string(52, 'r');
  const std::string seven = S("\0\7\0\2") + std::string(20, 'h') + std::string(104, 'r');
  CheckProbe(&ProbeNetflow, {{"1", one, Verdict::kMatch},
                             {"7", seven, Verdict::kMatch},
                             {"Size", one + "x", Verdict::kNeedMore}});
  EXPECT_THAT(Feed({{kClient, seven}}, OnPort(2055)).facts, ElementsAre("netflow_version=7"));
}

TEST(NetflowTest, IpfixOverTcp) {
  const std::string message = S("\0\x0a\0\x18") + std::string(12, 'h') + S("\0\2\0\x08\1\0\0\0");
  CheckProbe(&ProbeIpfix,
             {{"Template", message, Verdict::kMatch},
              {"Set", S("\0\x0a\0\x18") + std::string(12, 'h') + S("\0\5"), Verdict::kNotMine},
              {"Length", S("\0\x0a\0\x10"), Verdict::kNotMine}});
  const Result result =
      CheckEverySegmentation({{kClient, message + message}}, {.server_port = 4739});
  EXPECT_THAT(result.protocols, ElementsAre("netflow"));
  EXPECT_THAT(result.facts, ElementsAre("netflow_version=10"));
}

}  // namespace
}  // namespace rustnet::net
