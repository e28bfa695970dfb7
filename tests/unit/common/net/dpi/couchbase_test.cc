// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Packet(const std::string& magic_opcode, const std::string& key,
                   const std::string& value) {
  return magic_opcode + U16(key.size()) + S("\0\0\0\0\0") + U24(key.size() + value.size()) +
         std::string(12, '\0') + key + value;
}

const std::string kHello = Packet("\x80\x1f", R"({"a":"libcouchbase/3.3.0"})", S("\0\3\0\6"));

TEST(CouchbaseTest, ClientAndBucket) {
  CheckProbe(
      &ProbeCouchbase,
      {{"Hello", kHello, Verdict::kMatch},
       {"Frames", S("\x08\0\2\1\0\0\0\x0c\0\0\0\3") + std::string(12, '\1'), Verdict::kMatch},
       {"Frames of an answer", S("\x18\0\3\0\4\0\0\0\0\0\0\x08") + std::string(12, '\1'),
        Verdict::kMatch},
       {"No frames", S("\x08\0\0\1"), Verdict::kNotMine},
       {"Body of frames", S("\x08\0\2\1\0\0\0\0\0\0\0\2"), Verdict::kNotMine},
       {"Magic", "\x90", Verdict::kNotMine},
       {"Key", S("\x80\1\1\0"), Verdict::kNotMine},
       {"Data type", S("\x80\1\0\0\0\x08"), Verdict::kNotMine},
       {"Status", S("\x81\1\0\0\0\0\xff\0"), Verdict::kNotMine},
       {"Body", S("\x80\1\0\x09\0\0\0\0\0\0\0\1"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kHello},
                                       {kServer, Packet("\x81\x1f", "", S("\0\3"))},
                                       {kClient, Packet("\x80\x89", "beer", "")},
                                       {kServer, Packet("\x81\x89", "", "")}},
                                      {.server_port = 11210});
  EXPECT_THAT(result.protocols, ElementsAre("couchbase"));
  EXPECT_THAT(result.facts, ElementsAre("couchbase_client={\"a\":\"libcouchbase/3.3.0\"}",
                                        "couchbase_bucket=beer"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
