// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(PtpTest, Messages) {
  const std::string sync = S("\0\2\0\x2c") + std::string(40, 'p');
  CheckProbe(&ProbePtp, {{"Sync", sync, Verdict::kMatch},
                         {"Kind", "\4", Verdict::kNotMine},
                         {"Version", S("\0\3"), Verdict::kNotMine},
                         {"Kerberos", S("\x6c\x82\2\x63"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, sync}}, OnPort(319)).facts, ElementsAre("ptp_message=0"));
}

TEST(PtpTest, Version1) {
  const auto message = [](char type, char control) {
    return S("\0\1\0\1_DFLT") + std::string(11, '\0') + type + '\1' + std::string(10, 'p') +
           control + std::string(21, '\0');
  };
  CheckProbe(&ProbePtp, {{"Sync", message(1, 0), Verdict::kMatch},
                         {"Answer", message(2, 3), Verdict::kMatch},
                         {"No event", message(1, 3), Verdict::kNotMine},
                         {"Domain", S("\0\1\0\1_D\0L"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, message(1, 0)}}, OnPort(319));
  EXPECT_THAT(result.protocols, ElementsAre("ptp"));
  EXPECT_TRUE(result.facts.empty());
}

}  // namespace
}  // namespace rustnet::net
