// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Ike(char version, char exchange, const std::string& body) {
  return "cookie_1" + std::string(8, '\0') + '\x21' + version + exchange + '\x08' +
         std::string(4, '\0') + S("\0\0") + U16(28 + body.size()) + body;
}

TEST(IkeTest, VersionsAndTheMarker) {
  const std::string init = Ike('\x20', 34, "payload");
  CheckProbe(&ProbeIke, {{"Version 2", init, Verdict::kMatch},
                         {"Version 1", Ike('\x10', 2, "payload"), Verdict::kMatch},
                         {"Marked", S("\0\0\0\0") + init, Verdict::kMatch},
                         {"Longer", init + "x", Verdict::kNotMine},
                         {"Exchange", Ike('\x20', 2, "payload"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, init}}, OnPort(500));
  EXPECT_THAT(result.protocols, ElementsAre("ike"));
  EXPECT_THAT(result.facts, ElementsAre("ike_version=2.0", "ike_exchange=34"));
  CheckTruncations(init, 500, 0);
}

}  // namespace
}  // namespace rustnet::net
