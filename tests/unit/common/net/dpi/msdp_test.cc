// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kActive = S("\1\0\x14\1\x0a\0\0\1\0\0\0\x20\xe1\1\1\1\x0a\0\0\2");
const std::string kKeepalive = S("\4\0\3");

TEST(MsdpTest, Types) {
  CheckProbe(&ProbeMsdp, {{"Active", kActive, Verdict::kMatch},
                          {"Keepalive", kKeepalive, Verdict::kMatch},
                          {"Long keepalive", S("\4\0\4x"), Verdict::kNotMine},
                          {"Entries", S("\1\0\x14\2"), Verdict::kNotMine},
                          {"Request", S("\2\0\x08\0\xe1\1\1\1"), Verdict::kMatch},
                          {"Request of more", S("\2\0\x08\1"), Verdict::kNotMine},
                          {"Mask", S("\1\0\x14\1\x0a\0\0\1\0\0\0\x18"), Verdict::kNotMine},
                          {"Notification", S("\5\0\6\x82\1x"), Verdict::kMatch},
                          {"Error", S("\5\0\6\x08"), Verdict::kNotMine},
                          {"Trace", S("\6\0\6\1"), Verdict::kNotMine},
                          {"Ones", std::string(64, '\1'), Verdict::kNotMine},
                          {"Short", S("\1\0\x08"), Verdict::kNotMine},
                          {"Type", S("\x08\0\4x"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kKeepalive}, {kServer, kKeepalive + kActive}}, {.server_port = 639});
  EXPECT_THAT(result.protocols, ElementsAre("msdp"));
  EXPECT_THAT(result.facts, ElementsAre("msdp_type=keepalive", "msdp_type=source-active"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
