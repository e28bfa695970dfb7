// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kConnect = S("\3\0\0\x16\x11\xe0\0\0\0\1\0\xc0\1\x0a\xc1\2\1\0\xc2\2\1\2");
const std::string kConfirm = S("\3\0\0\x16\x11\xd0\0\1\0\1\0\xc0\1\x0a\xc1\2\1\0\xc2\2\1\2");
const std::string kSetup = S("\3\0\0\x19\2\xf0\x80\x32\1\0\0\0\0\0\x08\0\0\xf0\0\0\1\0\1\1\xe0");

TEST(S7commTest, BehindCotp) {
  CheckProbe(&ProbeS7comm, {{"COTP alone", kConnect, Verdict::kNeedMore},
                            {"Both", kConnect + kSetup, Verdict::kMatch},
                            {"Setup", kSetup, Verdict::kMatch},
                            {"RDP", S("\3\0\0\x0b\6\xe0\0\0\0\0\0"), Verdict::kNeedMore},
                            {"Other data", S("\3\0\0\x19\2\xf0\x80\x31\1"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kConnect}, {kServer, kConfirm}, {kClient, kSetup}},
                                      {.server_port = 102});
  EXPECT_THAT(result.protocols, ElementsAre("s7comm"));
  EXPECT_THAT(result.facts, ElementsAre("s7_function=240"));
}

}  // namespace
}  // namespace rustnet::net
