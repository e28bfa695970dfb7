// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 30000};

std::string Le32(size_t n) {
  return {static_cast<char>(n), static_cast<char>(n >> 8), static_cast<char>(n >> 16), 0};
}
std::string Message(int answered, size_t kind, const std::string& body) {
  return Le32(body.size() + 16) + Le32(7) + Le32(static_cast<size_t>(answered)) + Le32(kind) + body;
}
const std::string kDocument = Le32(16) + S("\x10hello\0\1\0\0\0\0");
const std::string kHello = Message(0, 2013, Le32(0) + S("\0") + kDocument);
const std::string kOldHello =
    Message(0, 2004, Le32(0) + S("admin.$cmd\0") + Le32(0) + Le32(1) + kDocument);
const std::string kAnswer =
    Message(7, 1, Le32(8) + Le32(0) + Le32(0) + Le32(0) + Le32(1) + kDocument);

TEST(MongodbTest, Probes) {
  CheckProbe(&ProbeMongodb,
             {{"Message", kHello, Verdict::kMatch},
              {"Query", kOldHello, Verdict::kMatch},
              {"Answer", kAnswer, Verdict::kMatch},
              {"Flags", Message(0, 2013, Le32(0x7700) + S("\0") + kDocument), Verdict::kNotMine},
              {"Kind", Message(0, 2099, Le32(0) + S("\0") + kDocument), Verdict::kNotMine}});
}

TEST(MongodbTest, Commands) {
  for (const std::string& hello : {kHello, kOldHello}) {
    const Result result = CheckEveryCut({{kClient, hello}, {kServer, kAnswer}}, kOdd);
    EXPECT_THAT(result.protocols, ElementsAre("mongodb"));
    EXPECT_THAT(result.facts, ElementsAre("mongodb_command=hello"));
    EXPECT_EQ(result.evidence, Evidence::kHandshake);
  }
}

// What an old client looks for in a collection: its first element is a field, no command.
TEST(MongodbTest, AQueryIsNoCommand) {
  const std::string query =
      Message(0, 2004, Le32(0) + S("shop.users\0") + Le32(0) + Le32(1) + kDocument);
  const Result result = CheckEveryCut({{kClient, query}, {kServer, kAnswer}}, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("mongodb"));
  EXPECT_THAT(result.facts, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
