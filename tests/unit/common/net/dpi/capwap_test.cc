// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kDiscovery = S("\0\x10\2\0\0\0\0\0\0\0\0\1\0\0\x08\0\0\x14\0\1\0");
const std::string kDtls = S("\1\0\0\0\x16\xfe\xff\0\0\0\0\0\0\0\0\0\3abc");

TEST(CapwapTest, PlainAndDtls) {
  CheckProbe(&ProbeCapwap, {{"Discovery", kDiscovery, Verdict::kMatch},
                            {"DTLS", kDtls, Verdict::kMatch},
                            {"Header alone", kDiscovery.substr(0, 8), Verdict::kNeedMore},
                            {"Preamble", S("\2"), Verdict::kNotMine},
                            {"Short header", S("\0\x08\2\0"), Verdict::kNotMine},
                            {"Reserved flags", S("\0\x10\2\1"), Verdict::kNotMine},
                            {"Offset of a whole", S("\0\x10\2\0\0\0\0\x08"), Verdict::kNotMine},
                            {"Reserved", S("\1\0\0\1"), Verdict::kNotMine},
                            {"TLS", S("\1\0\0\0\x16\3"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kDiscovery}, {kServer, kDtls}}, OnPort(5246));
  EXPECT_THAT(result.protocols, ElementsAre("capwap"));
  EXPECT_TRUE(result.facts.empty());
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  CheckTruncations(kDiscovery, 5247, 0);
}

}  // namespace
}  // namespace rustnet::net
