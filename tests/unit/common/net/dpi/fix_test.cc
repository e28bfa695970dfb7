// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Message(const std::string& body) {
  return "8=FIX.4.2\0019=" + std::to_string(body.size()) + "\1" + body + "10=123\1";
}

const std::string kLogon = Message("35=A\00149=A\00156=B\001554=x\001");
const std::string kBeat = Message("35=0\00149=B\00156=A\001");

TEST(FixTest, VersionAndTypes) {
  CheckProbe(&ProbeFix, {{"Logon", kLogon, Verdict::kMatch},
                         {"Transport", "8=FIXT.1.1\0019=5\1", Verdict::kMatch},
                         {"Zeroes before the length", "8=FIX.4.4\0019=005\1", Verdict::kMatch},
                         {"Version", "8=FIX.3.2\0019=5\1", Verdict::kNotMine},
                         {"Length", "8=FIX.4.2\0019=x", Verdict::kNotMine},
                         {"Order", "8=FIX.4.2\00135=A", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kLogon}, {kServer, kLogon + kBeat}}, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("fix"));
  EXPECT_THAT(result.facts, ElementsAre("fix_version=FIX.4.2", "fix_type=A", "fix_type=0"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  const std::string padded = "8=FIX.4.4\0019=0014\00135=U1001\00149=A\00110=123\1";
  EXPECT_THAT(CheckEveryCut({{kClient, padded + padded}}, {.server_port = 4711}).facts,
              ElementsAre("fix_version=FIX.4.4", "fix_type=U1001"));
}

}  // namespace
}  // namespace rustnet::net
