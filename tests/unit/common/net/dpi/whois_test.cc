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
                           {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine},
                           {"HTTP 0.9", "GET /\r\n", Verdict::kNotMine}});
  const Result result = CheckEveryCut(kAsks, {.server_port = 43});
  EXPECT_THAT(result.protocols, ElementsAre("whois"));
  EXPECT_THAT(result.facts, ElementsAre("whois_query=example.com"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(Feed(kAsks, {.server_port = 4343}).protocols, IsEmpty());
}

TEST(WhoisTest, AServerThatSpeaksFirst) {
  const Setting setting = {.server_port = 43};
  EXPECT_THAT(
      CheckEverySegmentation({{kServer, "@RSYNCD: 31.0\n"}, {kClient, "@RSYNCD: 30.0\n"}}, setting)
          .protocols,
      ElementsAre("rsync"));
  EXPECT_THAT(Feed({{kServer, "Welcome\r\n"}}, setting).protocols, IsEmpty());
  // Nor does a line take away what was proved.
  const Conversation git = {{kClient, S("002cgit-upload-pack /a\0host=h\0\0version=2\0")},
                            {kServer, "000eversion 2\n"}};
  EXPECT_THAT(CheckEverySegmentation(git, setting).protocols, ElementsAre("git"));
}

}  // namespace
}  // namespace rustnet::net
