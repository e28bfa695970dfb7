// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Radius(char code, const std::string& attributes) {
  return code + std::string(1, 'i') + U16(20 + attributes.size()) + std::string(16, 'a') +
         attributes;
}

TEST(RadiusTest, TheUserAndNoPassword) {
  const std::string ask = Radius(1,
                                 "\1\7alice"
                                 "\2\x12" +
                                     std::string(16, 'p'));
  CheckProbe(&ProbeRadius, {{"Ask", ask, Verdict::kMatch},
                            {"Attributes", Radius(1, "\1\1x"), Verdict::kNotMine},
                            {"Code", Radius(99, ""), Verdict::kNotMine}});
  const Result result = Feed({{kClient, ask}, {kServer, Radius(2, "")}}, OnPort(1812));
  EXPECT_THAT(result.protocols, ElementsAre("radius"));
  EXPECT_THAT(result.facts, ElementsAre("radius_code=1", "radius_user=alice", "radius_code=2"));
  CheckTruncations(ask, 1812, 0);
}

}  // namespace
}  // namespace rustnet::net
