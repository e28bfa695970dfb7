// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(GquicTest, HelloInClear) {
  const std::string hello =
      "CHLO" + S("\2\0\0\0SNI\0\x0b\0\0\0UAID\x10\0\0\0") + "example.comagent";
  const std::string q043 = "\x19" + std::string(8, 'i') + "Q043" + S("\0\1") +
                           std::string(12, 'h') + "\xa0\1" + U16(hello.size()) + hello;
  const std::string q046 = "\xc0Q046\x50" + std::string(8, 'i') + "\1" + std::string(12, 'h') +
                           "\xa0\1" + U16(hello.size()) + hello;
  CheckProbe(
      &ProbeGquic,
      {{"Q043", q043, Verdict::kMatch},
       {"Q046", q046, Verdict::kMatch},
       {"Versions", "\x09" + std::string(8, 'i') + "Q046Q043Q039", Verdict::kMatch},
       {"Versions and more", "\x09" + std::string(8, 'i') + "Q046Q043else", Verdict::kNotMine},
       {"No version", "\x08" + std::string(40, 'i'), Verdict::kNotMine},
       {"Other text", "\x09" + std::string(8, 'i') + "Qabc" + "x", Verdict::kNotMine},
       {"Long, of a short version", "\xc0Q043\x50" + std::string(20, 'i'), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, q043}}, OnPort(443)).facts,
              ElementsAre("quic_version=Q043", "sni=example.com", "quic_user_agent=agent"));
  const Result result = Feed({{kClient, q046}}, OnPort(9999));
  EXPECT_THAT(result.protocols, ElementsAre("gquic"));
  EXPECT_THAT(result.facts,
              ElementsAre("quic_version=Q046", "sni=example.com", "quic_user_agent=agent"));
  CheckTruncations(q043, 443, 3);
}

}  // namespace
}  // namespace rustnet::net
