// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Avp(size_t code, const std::string& value) {
  return S("\0\0") + U16(code) + "\x40" + U24(8 + value.size()) + value +
         std::string(-value.size() & 3, '\0');
}

std::string Message(int flags, const std::string& avps) {
  return "\1" + U24(20 + avps.size()) + static_cast<char>(flags) + U24(257) +
         std::string(12, '\0') + avps;
}

const std::string kAsk = Message(0x80, Avp(264, "peer.example") + Avp(296, "example"));

TEST(DiameterTest, HostAndRealm) {
  CheckProbe(&ProbeDiameter, {{"Ask", kAsk, Verdict::kMatch},
                              {"Flags", Message(1, Avp(264, "x")), Verdict::kNotMine},
                              {"Other AVP", Message(0x80, Avp(1, "x")), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kAsk}, {kServer, Message(0, Avp(268, "code"))}},
                                      {.server_port = 3868});
  EXPECT_THAT(result.protocols, ElementsAre("diameter"));
  EXPECT_THAT(result.facts, ElementsAre("diameter_command=257", "diameter_host=peer.example",
                                        "diameter_realm=example"));
}

}  // namespace
}  // namespace rustnet::net
