// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(HsrpTest, BothVersionsAndNoPassword) {
  const std::string one = S("\0\0\x10\3\x0a\x64\1\0cisco\0\0\0\x0a\0\0\1");
  const std::string two = S("\1\x28\2\0\6") + std::string(37, 'h');
  CheckProbe(&ProbeHsrp, {{"Version 1", one, Verdict::kMatch},
                          {"Version 2", two, Verdict::kMatch},
                          {"State", S("\0\0\x11"), Verdict::kNotMine},
                          {"Digest", one + "\4\x1c", Verdict::kMatch},
                          {"Longer", one + "x", Verdict::kNotMine},
                          {"No times", S("\0\0\0\0"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, one}}, OnPort(1985)).facts, ElementsAre("hsrp_version=1"));
  EXPECT_THAT(Feed({{kClient, two}}, OnPort(1985)).facts, ElementsAre("hsrp_version=2"));
}

TEST(HsrpTest, InterfaceStates) {
  const std::string advertise = S("\0\3\0\1\0\x0a\2\0\0\1\0\0\0\0\0\0");
  const std::string state = S("\2\4\0\1\0\0");
  const std::string group = S("\1\x28\2\0\6") + std::string(37, 'h');
  CheckProbe(&ProbeHsrp, {{"Advertise", advertise, Verdict::kMatch},
                          {"Interface", state, Verdict::kMatch},
                          {"Then its group", state + group, Verdict::kMatch},
                          {"Then another", state + "other", Verdict::kNotMine},
                          {"Passive", S("\0\3\0\1\0\x0a\4"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, advertise}}, OnPort(1985)).facts, ElementsAre("hsrp_version=1"));
  EXPECT_THAT(Feed({{kClient, state}}, OnPort(1985)).facts, ElementsAre("hsrp_version=2"));
}

}  // namespace
}  // namespace rustnet::net
