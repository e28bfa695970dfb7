// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(RdpTest, RequestAndConfirm) {
  const std::string cookie = "Cookie: mstshash=alice\r\n";
  const std::string negotiation = S("\1\0\x08\0\3\0\0\0");
  const auto tpkt = [](char type, const std::string& tail) {
    return S("\3\0") + U16(11 + tail.size()) + static_cast<char>(6 + tail.size()) + type +
           S("\0\0\0\0\0") + tail;
  };
  const std::string request = tpkt('\xe0', cookie + negotiation);
  const std::string confirm = tpkt('\xd0', S("\2\0\x08\0\1\0\0\0"));
  CheckProbe(&ProbeRdp, {{"Cookie", request, Verdict::kMatch},
                         {"Confirm", confirm, Verdict::kMatch},
                         {"Bare", tpkt('\xe0', ""), Verdict::kMatch},
                         {"Data", tpkt('\xf0', "x"), Verdict::kNotMine},
                         {"S7", tpkt('\xe0', S("\xc1\2\1\0")), Verdict::kNotMine}});
  const Result result = CheckEveryCut(
      {{kClient, request}, {kServer, confirm}, {kClient, kTlsHello}}, Setting{.server_port = 3389});
  EXPECT_THAT(result.protocols, ElementsAre("rdp"));
  EXPECT_THAT(result.facts, ElementsAre("rdp_cookie=alice"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

}  // namespace
}  // namespace rustnet::net
