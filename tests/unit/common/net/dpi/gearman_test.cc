// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kSubmit = S("\0REQ\0\0\0\7\0\0\0\x0dreverse\0\0test");
const std::string kCreated = S("\0RES\0\0\0\x08\0\0\0\5H:a:1");

TEST(GearmanTest, Packets) {
  CheckProbe(&ProbeGearman, {{"Request", kSubmit, Verdict::kMatch},
                             {"Response", kCreated, Verdict::kMatch},
                             {"Administration", "status\n", Verdict::kMatch},
                             {"Two words", "show jobs\r\n", Verdict::kMatch},
                             {"Other word", "stats\n", Verdict::kNotMine},
                             {"Type", S("\0REQ\0\0\0\x2b\0\0\0\0"), Verdict::kNotMine},
                             {"Size", S("\0REQ\0\0\0\7\x7f\0\0\0"), Verdict::kNotMine},
                             {"Magic", S("\0REX\0\0\0\7"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kSubmit}, {kServer, kCreated}}, {.server_port = 4730});
  EXPECT_THAT(result.protocols, ElementsAre("gearman"));
  EXPECT_THAT(result.facts, ElementsAre("gearman_packet=SUBMIT_JOB", "gearman_packet=JOB_CREATED"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(GearmanTest, Administration) {
  const Result result = CheckEveryCut({{kClient, "status\n"}, {kServer, "reverse\t0\t0\t1\n.\n"}},
                                      {.server_port = 4730});
  EXPECT_THAT(result.protocols, ElementsAre("gearman"));
  EXPECT_THAT(result.facts, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
