// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(SflowTest, Version5) {
  const std::string sample =
      S("\0\0\0\5\0\0\0\1\x0a\0\0\1") + std::string(12, '\0') + S("\0\0\0\1") + "sample";
  CheckProbe(&ProbeSflow, {{"Sample", sample, Verdict::kMatch},
                           {"Version", S("\0\0\0\7\0\0\0\1"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, sample}}, OnPort(6343)).facts, ElementsAre("sflow_version=5"));
}

}  // namespace
}  // namespace rustnet::net
