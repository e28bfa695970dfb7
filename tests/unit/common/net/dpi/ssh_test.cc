// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 2299};
const Setting kPort22{.server_port = 22};

TEST(SshTest, Probe) {
  CheckProbe(&ProbeSsh, {{"OpenSSH", "SSH-2.0-OpenSSH_9.6\r\n", Verdict::kMatch},
                         {"Both versions", "SSH-1.99-Cisco-1.25\n", Verdict::kMatch},
                         {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine},
                         {"Other word", "SSH-key\r\n", Verdict::kNotMine},
                         {"Still coming", "SS", Verdict::kNeedMore},
                         {"Lines before, any port", "hello\r\nSSH-2.0-x\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeSshPort, {{"Lines before", "hello\r\nthere\r\nSSH-2.0-x\r\n", Verdict::kMatch},
                             {"Only a line", "hello\r\n", Verdict::kNeedMore},
                             {"Binary", S("\x16\x03\x01\x00\x05"), Verdict::kNotMine},
                             {"Banner", "SSH-2.0-x\r\n", Verdict::kMatch}});
}

TEST(SshTest, BothBanners) {
  const Conversation conversation = {
      {kServer, "SSH-2.0-OpenSSH_9.6p1 Debian-2\r\n"},
      {kClient, "SSH-2.0-PuTTY_Release_0.78\r\n" + S("\x00\x00\x01\x02\x05\x14")},
      {kServer, S("\x00\x00\x04\x3c\x0a\x14")}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("ssh"));
  EXPECT_THAT(result.facts, ElementsAre("ssh_version=2.0", "ssh_server=OpenSSH_9.6p1 Debian-2",
                                        "ssh_client=PuTTY_Release_0.78"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

TEST(SshTest, LinesBeforeTheServersBanner) {
  const Conversation conversation = {
      {kServer, "authorised use only\r\nreally\r\nSSH-2.0-dropbear_2022.83\r\n"},
      {kClient, "SSH-2.0-libssh_0.10\n"}};
  const Result result = CheckEveryCut(conversation, kPort22);
  EXPECT_THAT(result.facts, ElementsAre("ssh_version=2.0", "ssh_server=dropbear_2022.83",
                                        "ssh_client=libssh_0.10"));
}

TEST(SshTest, OneSideOnlyIsASignature) {
  const Result result = CheckEveryCut({{kClient, "SSH-2.0-Go\r\n"}}, kOdd);
  EXPECT_THAT(result.facts, ElementsAre("ssh_version=2.0", "ssh_client=Go"));
  EXPECT_EQ(result.evidence, Evidence::kSignature);
  EXPECT_TRUE(result.wants_more);
}

TEST(SshTest, AnEndlessBannerIsCutAndCounted) {
  Setting setting = kOdd;
  setting.limits.facts.bytes_per_value = 300;
  const Result result = Feed({{kClient, "SSH-2.0-" + std::string(100'000, 'a') + "\r\n"}}, setting);
  ASSERT_EQ(result.facts.size(), 2u);
  EXPECT_LE(result.facts[1].size(), 300u);
  EXPECT_EQ(result.facts_dropped, 1u);
}

TEST(SshTest, AHostileBannerIsPrintable) {
  const Result result = Feed({{kClient, "SSH-2.0-\x1b[31mred\r\n"}}, kOdd);
  EXPECT_THAT(result.facts, ElementsAre("ssh_version=2.0", "ssh_client=\u241b[31mred"));
}

TEST(SshTest, ASilentServerDoesNotKeepTheSession) {
  Conversation conversation = {{kClient, "SSH-2.0-Go\r\n"}};
  for (int i = 0; i < 200; ++i) conversation.push_back({kClient, "encrypted"});
  EXPECT_FALSE(Feed(conversation, kOdd).wants_more);
}

TEST(SshTest, TextThatNeverBecomesABannerIsGivenUp) {
  Conversation conversation;
  for (int i = 0; i < 400; ++i) conversation.push_back({kServer, "some line of text\r\n"});
  const Result result = Feed(conversation, kPort22);
  EXPECT_THAT(result.protocols, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
