// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(Dhcp6Test, Types) {
  const std::string solicit = S("\1xid\0\1\0\4duid\0\x08\0\2\0\0");
  const std::string relayed = S("\x0c\0") + std::string(32, 'a') + S("\0\x09\0\2ms");
  CheckProbe(&ProbeDhcp6, {{"Solicit", solicit, Verdict::kMatch},
                           {"Relayed", relayed, Verdict::kMatch},
                           {"Option", S("\1xid\xff\1\0\0"), Verdict::kNotMine},
                           {"Type", S("\xffxid"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, solicit}}, OnPort(547)).facts, ElementsAre("dhcpv6_type=solicit"));
  CheckTruncations(solicit, 547, 1);
}

}  // namespace
}  // namespace rustnet::net
