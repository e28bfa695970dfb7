// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Conversation kAsks = {{kClient, "example.com\r\n"}, {kServer, "% IANA WHOIS server\r\n"}};

TEST(WhoisTest, Query) {
  CheckProbe(&ProbeWhois, {{"Query", "example.com\r\n", Verdict::kMatch},
                           {"Empty", "\r\n", Verdict::kNotMine},
                           {"Long", std::string(256, 'a'), Verdict::kNotMine},
                           {"Binary", S("exam\0ple\r\n"), Verdict::kNotMine},
                           {"Reply", "220 mail\r\n", Verdict::kNotMine},
                           {"Number", "220\r\n", Verdict::kMatch},
                           {"SSH", "SSH-2.0-x\r\n", Verdict::kNotMine},
                           {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  const Result result = CheckEveryCut(kAsks, {.server_port = 43});
  EXPECT_THAT(result.protocols, ElementsAre("whois"));
  EXPECT_THAT(result.facts, ElementsAre("whois_query=example.com"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(Feed(kAsks, {.server_port = 4343}).protocols, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
