// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kSession = "sessions";
const std::string kReplay = S("\0\0\0\1\x60\0\0\0");
const std::string kClientReset = "\x38" + kSession + S("\0\0\0\0\0");
const std::string kServerReset = "\x40" + kSession + S("\1\0\0\0\0") + kSession + S("\0\0\0\0");
const std::string kAuthenticated =
    "\x38" + kSession + std::string(20, 'h') + kReplay + S("\0\0\0\0\0");
const std::string kCrypted = "\x38" + kSession + kReplay + std::string(37, 'c');

TEST(OpenvpnTest, ResetsInEachForm) {
  CheckProbe(&ProbeOpenvpn, {{"Client", kClientReset, Verdict::kMatch},
                             {"Server", kServerReset, Verdict::kMatch},
                             {"tls-auth", kAuthenticated, Verdict::kMatch},
                             {"tls-crypt", kCrypted, Verdict::kMatch},
                             {"Noise", "\x38" + std::string(60, 'n'), Verdict::kNeedMore},
                             {"Data", "\x30" + std::string(60, 'n'), Verdict::kNotMine}});
  const Result udp = Feed({{kClient, kClientReset}, {kServer, kServerReset}}, OnPort(4711));
  EXPECT_THAT(udp.protocols, ElementsAre("openvpn"));
  EXPECT_THAT(udp.facts, ElementsAre("openvpn_opcode=7", "openvpn_opcode=8"));
  const Result tcp = CheckEveryCut({{kClient, U16(kClientReset.size()) + kClientReset},
                                    {kServer, U16(kServerReset.size()) + kServerReset}},
                                   {.server_port = 4711});
  EXPECT_EQ(tcp.facts, udp.facts);
}

}  // namespace
}  // namespace rustnet::net
