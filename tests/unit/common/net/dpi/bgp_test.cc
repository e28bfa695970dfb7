// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kMarker(16, '\xff');
const std::string kOpen = kMarker + S("\0\x1d\1\4\xfd\xe8\0\xb4\x0a\0\0\1\0");
const std::string kKeepalive = kMarker + S("\0\x13\4");

TEST(BgpTest, OpenHasTheAs) {
  CheckProbe(&ProbeBgp, {{"Open", kOpen, Verdict::kMatch},
                         {"Type", kMarker + S("\0\x13\6"), Verdict::kNotMine},
                         {"Short", kMarker + S("\0\x12\4"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kOpen}, {kServer, kOpen + kKeepalive}}, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("bgp"));
  EXPECT_THAT(result.facts, ElementsAre("bgp_type=open", "bgp_as=65000", "bgp_type=keepalive"));
}

}  // namespace
}  // namespace rustnet::net
