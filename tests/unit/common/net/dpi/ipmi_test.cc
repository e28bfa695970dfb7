// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kPing = S("\6\0\xff\6\0\0\x11\xbe\x80\0\0\0");
const std::string kPong = S("\6\0\xff\6\0\0\x11\xbe\x40\0\0\x10") + std::string(16, '\0');
const std::string kGetAuth = S("\6\0\xff\7\0\0\0\0\0\0\0\0\0\x09 \x18\xc8\x81\0\x38\x8e\4\xb5");
const std::string kOpenSession =
    S("\6\0\xff\7\6\x10\0\0\0\0\0\0\0\0\x20\0") + std::string(32, '\1');

TEST(IpmiTest, Probe) {
  CheckProbe(&ProbeIpmi, {{"Ping", kPing, Verdict::kMatch},
                          {"Capabilities", kGetAuth, Verdict::kMatch},
                          {"Open", kOpenSession, Verdict::kMatch},
                          {"Cut", kOpenSession.substr(0, 40), Verdict::kNeedMore},
                          {"Version", S("\5\0\xff\7\0"), Verdict::kNotMine},
                          {"Class", S("\6\0\xff\5\0"), Verdict::kNotMine},
                          {"Enterprise", S("\6\0\xff\6\0\0\0\1\x80\0\0\0"), Verdict::kNotMine},
                          {"Authentication", S("\6\0\xff\7\3"), Verdict::kNotMine},
                          {"Payload", S("\6\0\xff\7\6\x09"), Verdict::kNotMine}});
}

TEST(IpmiTest, Classes) {
  const Result result =
      Feed({{kClient, kPing}, {kServer, kPong}, {kClient, kGetAuth}}, OnPort(623));
  EXPECT_THAT(result.protocols, ElementsAre("ipmi"));
  EXPECT_THAT(result.facts, ElementsAre("ipmi_class=asf", "ipmi_class=ipmi"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  CheckTruncations(kGetAuth, 623, 1);
  CheckTruncations(kOpenSession, 623, 1);
}

}  // namespace
}  // namespace rustnet::net
