// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 7777};
const Setting kPort6379{.server_port = 6379};

TEST(RedisTest, Probes) {
  CheckProbe(&ProbeRedis, {{"Command", "*1\r\n$4\r\nPING\r\n", Verdict::kMatch},
                           {"Unknown", "*1\r\n$4\r\nWHAT\r\n", Verdict::kNotMine},
                           {"Number", "*1\r\n:4\r\n", Verdict::kNotMine},
                           {"IMAP", "* OK IMAP\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeRedisPort, {{"Words", "get a\r\n", Verdict::kMatch},
                               {"Pong", "+PONG\r\n", Verdict::kMatch},
                               {"Nothing", "$-1\r\n", Verdict::kMatch},
                               {"Map", "%2\r\n", Verdict::kMatch},
                               {"Error", "-ERR unknown command\r\n", Verdict::kMatch},
                               {"POP", "+OK POP3 ready\r\n", Verdict::kNotMine},
                               {"HTTP", "POST / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(RedisTest, CommandsWithoutArguments) {
  const Result result =
      CheckEveryCut({{kClient, "*2\r\n$4\r\nauth\r\n$7\r\nhunter2\r\n"},
                     {kServer, "+OK\r\n"},
                     {kClient, "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$9\r\n*1\r\n$4\r\nDE\r\nping\r\n"},
                     {kServer, "*2\r\n$3\r\nGET\r\n$3\r\nDEL\r\n"},
                     {kClient, "*1\r\n$4\r\nWHAT\r\n*1\r\n$4\r\nQUIT\r\n"}},
                    kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("redis"));
  EXPECT_THAT(result.facts, ElementsAre("redis_command=AUTH", "redis_command=SET",
                                        "redis_command=PING", "redis_command=QUIT"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(RedisTest, AnAnswerFirst) {
  EXPECT_THAT(Feed({{kServer, "+PONG\r\n"}, {kClient, "*1\r\n$4\r\nPING\r\n"}}, kPort6379).facts,
              ElementsAre("redis_command=PING"));
}

TEST(RedisTest, AnAnswerOfASentinel) {
  EXPECT_THAT(
      Feed({{kServer, "*2\r\n$8\r\n10.0.0.1\r\n$4\r\n6379\r\n"}}, {.server_port = 26379}).protocols,
      ElementsAre("redis"));
}

}  // namespace
}  // namespace rustnet::net
