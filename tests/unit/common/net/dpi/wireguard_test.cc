// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(WireguardTest, SizesAndTypes) {
  const std::string initiation = S("\1\0\0\0") + std::string(144, 'i');
  const std::string response = S("\2\0\0\0") + std::string(88, 'r');
  const std::string data = S("\4\0\0\0indx\1\0\0\0\0\0\0\0") + std::string(32, 'd');
  CheckProbe(&ProbeWireguard,
             {{"Initiation", initiation, Verdict::kMatch},
              {"Response", response, Verdict::kMatch},
              {"Data", data, Verdict::kMatch},
              {"Size", initiation + "x", Verdict::kNeedMore},
              {"Large counter", S("\4\0\0\0indx") + std::string(40, 'd'), Verdict::kNeedMore},
              {"Reserved", S("\1\0\1\0") + std::string(144, 'i'), Verdict::kNotMine}});
  const Result result = Feed({{kClient, initiation}, {kServer, response}}, OnPort(4711));
  EXPECT_THAT(result.protocols, ElementsAre("wireguard"));
  EXPECT_THAT(result.facts,
              ElementsAre("wireguard_message=initiation", "wireguard_message=response"));
  CheckTruncations(initiation, 51820, 0);
}

}  // namespace
}  // namespace rustnet::net
