// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(BfdTest, State) {
  const std::string up = S("\x20\xc0\3\x18\0\0\0\1") + std::string(16, '\0');
  CheckProbe(&ProbeBfd, {{"Up", up, Verdict::kMatch},
                         {"Longer", up + "x", Verdict::kNotMine},
                         {"Version", S("\x40\xc0"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, up}}, OnPort(3784)).facts, ElementsAre("bfd_state=up"));
}

TEST(BfdTest, Version0HasNoState) {
  const std::string old = S("\0\x80\3\x18\0\0\0\1") + std::string(16, '\0');
  CheckProbe(&ProbeBfd, {{"Version 0", old, Verdict::kMatch}});
  const Result result = Feed({{kClient, old}}, OnPort(3784));
  EXPECT_THAT(result.protocols, ElementsAre("bfd"));
  EXPECT_TRUE(result.facts.empty());
}

}  // namespace
}  // namespace rustnet::net
