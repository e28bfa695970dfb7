// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(NtpTest, VersionsAndModes) {
  const std::string request = "\x23" + std::string(47, '\0');
  CheckProbe(&ProbeNtp, {{"Client", request, Verdict::kMatch},
                         {"Control", S("\x16\x01\0\1\0\0\0\0\0\0\0\0"), Verdict::kMatch},
                         {"Private", S("\x17\0\3\x2a\0\0\0\0"), Verdict::kMatch},
                         {"Short", S("\x23\0\0"), Verdict::kNeedMore},
                         {"Version 0", "\x03" + std::string(47, '\0'), Verdict::kNotMine},
                         {"Version 5", "\x2b" + std::string(47, '\0'), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, request}, {kServer, "\x24" + std::string(47, '\0')}}, OnPort(123));
  EXPECT_THAT(result.protocols, ElementsAre("ntp"));
  EXPECT_THAT(result.facts, ElementsAre("ntp_version=4", "ntp_mode=client", "ntp_mode=server"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(Feed({{kClient, request}}, OnPort(1234)).protocols, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
