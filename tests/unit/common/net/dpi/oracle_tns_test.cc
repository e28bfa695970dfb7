// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Connect(const std::string& text, size_t version = 314) {
  const std::string body = U16(version) + U16(300) + std::string(12, '\0') + U16(text.size()) +
                           U16(58) + std::string(30, '\0') + text;
  return U16(body.size() + 8) + S("\0\0\1\0\0\0") + body;
}
const std::string kDescription =
    "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=orcl)(CID=(PROGRAM=sqlplus)(HOST=h)(USER=alice))))";

TEST(OracleTnsTest, Probes) {
  CheckProbe(&ProbeTns, {{"Connect", Connect(kDescription), Verdict::kMatch},
                         {"Version", Connect(kDescription, 9999), Verdict::kNotMine},
                         {"DNS", S("\0\x1d\x12\x34\1\0\0\1\0\0\0\0\0\0"), Verdict::kNotMine}});
}

TEST(OracleTnsTest, ServiceProgramUser) {
  const Result result =
      CheckEveryCut({{kClient, Connect(kDescription)}, {kServer, S("\0\x08\0\0\x0b\0\0\0")}},
                    {.server_port = 1522});
  EXPECT_THAT(result.protocols, ElementsAre("oracle-tns"));
  EXPECT_THAT(result.facts,
              ElementsAre("tns_service=orcl", "tns_program=sqlplus", "tns_user=alice"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
