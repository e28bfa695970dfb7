// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kAudit = "AUEP 1200 aaln/1@rgw-25.whatever.net MGCP 1.0\r\nF: A\r\n";

TEST(MgcpTest, Probes) {
  CheckProbe(&ProbeMgcp, {{"Command", kAudit, Verdict::kMatch},
                          {"Small", "ntfy 1 a@b mgcp 1.0\n", Verdict::kMatch},
                          {"Transaction", "AUEP x a@b MGCP 1.0\r\n", Verdict::kNotMine},
                          {"Other", "AUEP 1200 a@b SIP 2.0\r\n", Verdict::kNotMine},
                          {"Verb", "AUEQ 1200 a@b MGCP 1.0\r\n", Verdict::kNotMine},
                          {"Answer", "200 1200 OK\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeMgcpPort, {{"Command", kAudit, Verdict::kMatch},
                              {"Answer", "200 1200 OK\r\n", Verdict::kMatch},
                              {"Bare answer", "250 1\r\n", Verdict::kMatch},
                              {"Blanks", "AUEP  1200\ta@b  MGCP 1.0\r\n", Verdict::kMatch},
                              {"Blanks of an answer", "200\t 1200 OK\r\n", Verdict::kMatch},
                              {"Acknowledged", "000 1200\r\n", Verdict::kMatch},
                              {"A package's", "801 1200 /B no\r\n", Verdict::kMatch},
                              {"No code", "300 1200 OK\r\n", Verdict::kNotMine},
                              {"Four digits", "2000 1200 OK\r\n", Verdict::kNotMine},
                              {"Reply", "220 mail\r\n", Verdict::kNotMine},
                              {"Several", "220-1 mail\r\n", Verdict::kNotMine}});
}

TEST(MgcpTest, Commands) {
  const Result result = Feed({{kClient, kAudit}, {kServer, "200 1200 OK\r\n"}}, OnPort(4711));
  EXPECT_THAT(result.protocols, ElementsAre("mgcp"));
  EXPECT_THAT(result.facts, ElementsAre("mgcp_command=AUEP"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  CheckTruncations(kAudit, 2427, 1);
  EXPECT_THAT(Feed({{kServer, "200 1200 OK\r\n"}}, OnPort(2427)).protocols, ElementsAre("mgcp"));
  EXPECT_THAT(Feed({{kServer, "200 1200 OK\r\n"}}, OnPort(4711)).protocols, IsEmpty());
}

TEST(MgcpTest, SeveralInADatagram) {
  const Result result = Feed(
      {{kClient, "200 2005 OK\r\n.\r\nDLCX 1244 a@b MGCP 1.0\r\nC: A\r\n.\nNTFY 7 a@b MGCP 1.0\n"}},
      OnPort(2427));
  EXPECT_THAT(result.facts, ElementsAre("mgcp_command=DLCX", "mgcp_command=NTFY"));
}

}  // namespace
}  // namespace rustnet::net
