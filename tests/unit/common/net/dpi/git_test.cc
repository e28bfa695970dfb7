// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kRequest = S("0037git-upload-pack /project.git\0host=example.net:9418\0");
const std::string kRefs =
    "003f95dcfa3633004da0049d3d0fa03f80589cbcaf31 refs/heads/maint\n" + S("0000");

TEST(GitTest, Probe) {
  CheckProbe(&ProbeGit, {{"Request", kRequest, Verdict::kMatch},
                         {"Push", "002bgit-receive-pack /a", Verdict::kMatch},
                         {"Command", "0038git-upload-pace /a", Verdict::kNotMine},
                         {"No path", "0038git-upload-pack\n", Verdict::kNotMine},
                         {"Length", "ffffgit-upload-pack /a", Verdict::kNotMine},
                         {"No digits", "003xgit-upload-pack /a", Verdict::kNotMine},
                         {"Refs", kRefs, Verdict::kNotMine}});
}

TEST(GitTest, RepositoryAndHost) {
  const Result result =
      CheckEveryCut({{kClient, kRequest},
                     {kServer, kRefs},
                     {kClient, "0032want 95dcfa3633004da0049d3d0fa03f80589cbcaf31\n00000009done\n"},
                     {kServer, "0008NAK\nPACK"}},
                    {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("git"));
  EXPECT_THAT(result.facts,
              ElementsAre("git_command=git-upload-pack", "git_repository=/project.git",
                          "git_host=example.net:9418"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(GitTest, WithoutHost) {
  const Result result =
      CheckEveryCut({{kClient, S("001bgit-receive-pack /a?t=1")}, {kServer, "000dERR no\n\n\n"}},
                    {.server_port = 9418});
  EXPECT_THAT(result.facts, ElementsAre("git_command=git-receive-pack", "git_repository=/a"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(GitTest, Answers) {
  const auto evidence = [](const std::string& answer) {
    return Feed({{kClient, kRequest}, {kServer, answer}}, {.server_port = 9418}).evidence;
  };
  EXPECT_EQ(evidence("004a" + std::string(64, 'a') + " HEAD\n"), Evidence::kHandshake);
  EXPECT_EQ(evidence("0008ACK\n"), Evidence::kHandshake);
  EXPECT_EQ(evidence("0013NACK too large\n"), Evidence::kHandshake);
  EXPECT_EQ(evidence("0033" + std::string(41, 'a') + " HEAD\n"), Evidence::kSignature);
}

}  // namespace
}  // namespace rustnet::net
