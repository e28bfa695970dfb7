// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(RsyncTest, VersionsAndModule) {
  CheckProbe(&ProbeRsync, {{"Greeting", "@RSYNCD: 31.0\n", Verdict::kMatch},
                           {"Other", "@RSYNCD: OK\n", Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kServer, "@RSYNCD: 31.0 sha512 md5\n"},
                                       {kClient, "@RSYNCD: 30.0\n"},
                                       {kClient, "backup\n"},
                                       {kServer, "@RSYNCD: AUTHREQD challenge\n"}},
                                      {.server_port = 8730});
  EXPECT_THAT(result.protocols, ElementsAre("rsync"));
  EXPECT_THAT(result.facts,
              ElementsAre("rsync_version=31.0", "rsync_version=30.0", "rsync_module=backup"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(RsyncTest, TheMessageOfTheDayIsNoModule) {
  const std::string greeting = "@RSYNCD: 31.0\n";
  const Conversation early = {{kServer, greeting + "Welcome\nto all\n\n"},
                              {kClient, greeting},
                              {kClient, "backup\n"},
                              {kServer, "@RSYNCD: OK\n"}};
  const Conversation late = {{kClient, greeting},
                             {kServer, greeting + "Welcome\nto all\n\n"},
                             {kClient, "backup\n"},
                             {kServer, "@RSYNCD: OK\n"}};
  for (const Conversation& conversation : {early, late}) {
    EXPECT_THAT(CheckEveryCut(conversation, {.server_port = 873}).facts,
                ElementsAre("rsync_version=31.0", "rsync_module=backup"));
  }
}

TEST(RsyncTest, AListIsNoModule) {
  const Result result = CheckEveryCut(
      {{kServer, "@RSYNCD: 31.0\n"}, {kClient, "@RSYNCD: 31.0\n#list\n"}}, {.server_port = 873});
  EXPECT_THAT(result.facts, ElementsAre("rsync_version=31.0"));
}

}  // namespace
}  // namespace rustnet::net
