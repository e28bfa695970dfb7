// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(PtpTest, Messages) {
  const std::string sync = S("\0\2\0\x2c") + std::string(40, 'p');
  CheckProbe(&ProbePtp, {{"Sync", sync, Verdict::kMatch},
                         {"Kind", "\4", Verdict::kNotMine},
                         {"Version", S("\0\3"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, sync}}, OnPort(319)).facts, ElementsAre("ptp_message=0"));
}

}  // namespace
}  // namespace rustnet::net
