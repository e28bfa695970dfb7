// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 15432};

std::string U32(size_t n) { return U16(n >> 16) + U16(n & 0xffff); }
const std::string kParameters =
    S("\0\3\0\0user\0alice\0database\0shop\0application_name\0psql\0\0");
const std::string kStartup = U32(kParameters.size() + 4) + kParameters;
const std::string kTlsRequest = S("\0\0\0\x08\x04\xd2\x16\x2f");

TEST(PostgresqlTest, Probes) {
  CheckProbe(&ProbePostgresql,
             {{"Startup", kStartup, Verdict::kMatch},
              {"TLS", kTlsRequest, Verdict::kMatch},
              {"No user", S("\0\0\0\x0d\0\3\0\0abc\0\0"), Verdict::kNotMine},
              {"Version", S("\0\0\0\x10\0\4\0\0user\0a\0\0"), Verdict::kNotMine}});
  CheckProbe(&ProbePostgresqlPort, {{"Two", S("C\0\0\0\x0dSELECT 1\0Z\0\0\0\5I"), Verdict::kMatch},
                                    {"One", S("Z\0\0\0\5I"), Verdict::kNeedMore},
                                    {"Length", S("Z\0\0\0\6I"), Verdict::kNotMine},
                                    {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(PostgresqlTest, UserAndDatabase) {
  const Result result = CheckEveryCut({{kClient, kTlsRequest},
                                       {kServer, "N"},
                                       {kClient, kStartup},
                                       {kServer, S("R\0\0\0\x0c\0\0\0\5salt")}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("postgresql"));
  EXPECT_THAT(result.facts, ElementsAre("postgresql_user=alice", "postgresql_database=shop",
                                        "postgresql_application=psql"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(PostgresqlTest, TlsOnRequest) {
  EXPECT_THAT(
      CheckEveryCut({{kClient, kTlsRequest}, {kServer, "S"}, {kClient, kTlsHello}}, kOdd).protocols,
      ElementsAre("postgresql", "tls"));
}

TEST(PostgresqlTest, LyingLengthsTeachNothing) {
  const std::string cut = S("\0\0\0\x10\0\3\0\0user\0al");
  EXPECT_THAT(Feed({{kClient, cut}}, kOdd).facts, IsEmpty());
}

TEST(PostgresqlTest, ARefusalAlone) {
  const std::string refusal = S("E\0\0\0\x1dSFATAL\0C28P01\0Mno entry\0\0");
  CheckProbe(&ProbePostgresqlPort, {{"Refusal", refusal, Verdict::kMatch},
                                    {"Notice", S("N\0\0\0\x1cSFATAL\0C"), Verdict::kNeedMore}});
  EXPECT_THAT(CheckEverySegmentation({{kServer, refusal}}, {.server_port = 5432}).protocols,
              ElementsAre("postgresql"));
}

}  // namespace
}  // namespace rustnet::net
