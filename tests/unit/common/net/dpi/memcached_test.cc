// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 1121};
const Setting kPort11211{.server_port = 11211};

const std::string kBinaryGet = S("\x80\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0k");

TEST(MemcachedTest, Probes) {
  CheckProbe(&ProbeMemcached, {{"Set", "set key 0 0 5\r\n", Verdict::kMatch},
                               {"Words", "set sail to the west\r\n", Verdict::kNotMine},
                               {"Get", "get key\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeMemcachedPort, {{"Get", "get key\r\n", Verdict::kMatch},
                                   {"Answer", "VALUE k 0 1\r\n", Verdict::kMatch},
                                   {"Packet", kBinaryGet, Verdict::kMatch},
                                   {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeMemcachedUdp, {{"Stats", S("\0\1\0\0\0\1\0\0stats\r\n"), Verdict::kMatch},
                                  {"Number", S("\0\1\0\2\0\1\0\0stats\r\n"), Verdict::kNotMine}});
}

TEST(MemcachedTest, CommandsWithoutKeys) {
  const Result result = CheckEveryCut({{kClient, "set secret 0 0 6\r\nget x\n\r\nget a\r\n"},
                                       {kServer, "STORED\r\nVALUE a 0 5\r\nquit\n\r\nEND\r\n"},
                                       {kClient, "quit\r\n"}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("memcached"));
  EXPECT_THAT(result.facts, ElementsAre("memcached_command=set", "memcached_command=get",
                                        "memcached_command=quit"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(MemcachedTest, PacketsAndDatagrams) {
  EXPECT_THAT(CheckEveryCut({{kClient, kBinaryGet}}, kPort11211).protocols,
              ElementsAre("memcached"));
  EXPECT_THAT(Feed({{kClient, S("\0\1\0\0\0\1\0\0stats\r\n")}}, OnPort(11211)).facts,
              ElementsAre("memcached_command=stats"));
}

}  // namespace
}  // namespace rustnet::net
