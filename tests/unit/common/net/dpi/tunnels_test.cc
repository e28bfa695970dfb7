// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Setting Udp(uint16_t port) { return {.transport = Protocol::kUdp, .server_port = port}; }

TEST(TunnelsTest, OneDatagramNamesTheFlow) {
  const Result vxlan = Feed({{kClient, S("\x08\0\0\0\0\0\x2a\0frame")}}, Udp(4789));
  EXPECT_THAT(vxlan.protocols, ElementsAre("vxlan"));
  EXPECT_THAT(vxlan.facts, ElementsAre("vxlan_vni=42"));
  EXPECT_FALSE(vxlan.wants_more);
  const Result geneve = Feed({{kClient, S("\0\0\x65\x58\0\0\x2b\0frame")}}, Udp(6081));
  EXPECT_THAT(geneve.facts, ElementsAre("geneve_vni=43"));
  EXPECT_THAT(Feed({{kClient, S("\x08\0\0\0\0\0\x2a\0frame")}}, Udp(5000)).protocols, IsEmpty())
      << "on no other port";
}

TEST(TunnelsTest, Gtp) {
  CheckProbe(&ProbeGtp, {{"Echo", S("\x32\1\0\4\0\0\0\0\0\1\0\0"), Verdict::kMatch},
                         {"Version2", S("\x40\1\0\4\0\0\1\0"), Verdict::kMatch},
                         {"Prime", S("\x0f\1\0\1\0\1\0"), Verdict::kMatch},
                         {"Longer", S("\x32\1\0\x9\0\0\0\0\0\1\0\0"), Verdict::kNeedMore},
                         {"Version5", S("\xa0\1\0\4"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, S("\x40\1\0\4\0\0\1\0")}}, Udp(2123)).facts,
              ElementsAre("gtp_version=2"));
}

TEST(TunnelsTest, Headers) {
  CheckProbe(&ProbeVxlan, {{"Header", S("\x08\0\0\0\0\0\x2a\0"), Verdict::kMatch},
                           {"NoId", S("\0\0\0\0\0\0\x2a\0"), Verdict::kNotMine}});
  CheckProbe(&ProbeGeneve, {{"Options", S("\1\0\x65\x58\0\0\x2a\0\1\2\3\4"), Verdict::kMatch},
                            {"Version", S("\x40\0\x65\x58\0\0\x2a\0"), Verdict::kNotMine}});
  CheckProbe(&ProbeL2tp, {{"Control", S("\xc8\2\0\xc\0\0\0\0\0\0\0\0"), Verdict::kMatch},
                          {"Version3", S("\xc8\3\0\xc\0\0\0\0\0\0\0\0"), Verdict::kNotMine}});
  CheckProbe(&ProbeTeredo, {{"Ip", "\x60" + std::string(39, '\0'), Verdict::kMatch},
                            {"NoIp", "\x10" + std::string(39, '\0'), Verdict::kNotMine}});
  CheckProbe(&ProbeAyiya,
             {{"Echo", S("\x44\x52\x11\x3b") + std::string(40, 'i'), Verdict::kMatch},
              {"Opcode", S("\x44\x52\x1f\x3b") + std::string(40, 'i'), Verdict::kNotMine}});
}

}  // namespace
}  // namespace rustnet::net
