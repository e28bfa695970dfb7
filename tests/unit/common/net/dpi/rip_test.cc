// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(RipTest, BothOfThem) {
  const std::string rip = S("\2\2\0\0\0\2\0\0") + std::string(16, 'r');
  const std::string ripng = S("\1\1\0\0") + std::string(20, 'r');
  CheckProbe(&ProbeRip, {{"Version 2", rip, Verdict::kMatch},
                         {"Family", S("\2\2\0\0\0\3"), Verdict::kNotMine}});
  CheckProbe(&ProbeRipng,
             {{"Ask", ripng, Verdict::kMatch}, {"Version", S("\1\2\0\0"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, rip}}, OnPort(520)).facts, ElementsAre("rip_version=2"));
  EXPECT_THAT(Feed({{kClient, ripng}}, OnPort(521)).facts, ElementsAre("rip_version=ng"));
}

}  // namespace
}  // namespace rustnet::net
