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

TEST(OracleTnsTest, CapturesBeginAnywhere) {
  const std::string refused = S("\0\x0e\0\0\4\0\0\0\1\1\0\2()");
  const std::string wide = S("\0\0\0\x0c\6\0\0\0\0\0ab");  // a length of four bytes
  CheckProbe(&ProbeTnsPort, {{"Connect", Connect(kDescription), Verdict::kMatch},
                             {"Refused", refused, Verdict::kMatch},
                             {"Two", refused + wide, Verdict::kMatch},
                             {"Checksum", S("\0\x0e\0\1\4\0\0\0"), Verdict::kNotMine},
                             {"Type", S("\0\x0e\0\0\7\0\0\0"), Verdict::kNotMine},
                             {"More", refused + "more of it", Verdict::kNotMine},
                             {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  EXPECT_THAT(CheckEverySegmentation({{kServer, refused}}, {.server_port = 1521}).protocols,
              ElementsAre("oracle-tns"));
  EXPECT_TRUE(Feed({{kServer, refused}}, {.server_port = 1522}).protocols.empty());
}

}  // namespace
}  // namespace rustnet::net
