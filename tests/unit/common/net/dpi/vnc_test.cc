// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(VncTest, VersionsOfBoth) {
  CheckProbe(&ProbeVnc, {{"3.8", "RFB 003.008\n", Verdict::kMatch},
                         {"Text", "RFB is short", Verdict::kNotMine}});
  const Result result = CheckEveryCut(
      {{kServer, "RFB 003.008\n"}, {kClient, "RFB 003.003\n"}, {kServer, S("\0\0\0\1")}},
      {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("vnc"));
  EXPECT_THAT(result.facts, ElementsAre("vnc_version=003.008", "vnc_version=003.003"));
  EXPECT_FALSE(result.wants_more);
}

}  // namespace
}  // namespace rustnet::net
