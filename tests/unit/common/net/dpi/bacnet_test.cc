// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(BacnetTest, Functions) {
  const std::string who = S("\x81\x0b\0\x08\1\0\x10\x08");
  CheckProbe(&ProbeBacnet, {{"Who-is", who, Verdict::kMatch},
                            {"Longer", who + "x", Verdict::kNotMine},
                            {"NPDU", S("\x81\x0b\0\x08\2\0\x10\x08"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, who}}, OnPort(47808)).facts, ElementsAre("bacnet_function=11"));
}

}  // namespace
}  // namespace rustnet::net
