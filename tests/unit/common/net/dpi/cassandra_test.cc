// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 19042};

std::string Text(const std::string& text) { return U16(text.size()) + text; }
std::string Frame(int version, int opcode, const std::string& body) {
  return std::string{static_cast<char>(version), 0, 0, 1, static_cast<char>(opcode)} + U16(0) +
         U16(body.size()) + body;
}
const std::string kStartup = Frame(
    4, 1, U16(2) + Text("CQL_VERSION") + Text("3.0.0") + Text("DRIVER_NAME") + Text("a driver"));

TEST(CassandraTest, Probes) {
  CheckProbe(&ProbeCassandra, {{"Startup", kStartup, Verdict::kMatch},
                               {"Other map", Frame(4, 1, std::string(40, 'x')), Verdict::kNotMine},
                               {"Options", Frame(4, 5, ""), Verdict::kNotMine}});
  CheckProbe(&ProbeCassandraPort, {{"Options", Frame(4, 5, ""), Verdict::kMatch},
                                   {"Opcode", Frame(4, 99, ""), Verdict::kNotMine},
                                   {"Error asked", Frame(4, 0, ""), Verdict::kNotMine},
                                   {"Options answered", Frame(0x84, 5, ""), Verdict::kNotMine}});
}

TEST(CassandraTest, VersionAndDriver) {
  const Result result = CheckEveryCut({{kClient, kStartup}, {kServer, Frame(0x84, 2, "")}}, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("cassandra"));
  EXPECT_THAT(result.facts,
              ElementsAre("cassandra_cql_version=3.0.0", "cassandra_driver=a driver"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
