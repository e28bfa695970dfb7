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
  EXPECT_TRUE(result.wants_more);
  EXPECT_EQ(result.standing.stage, Stage::kSshBanner);
}

std::string U32(size_t n) { return U16(n >> 16) + U16(n & 0xffff); }
std::string Names(const std::string& names) { return U32(names.size()) + names; }
std::string Packet(int number, const std::string& body) {
  return U32(body.size() + 6) + '\4' + static_cast<char>(number) + body + "pppp";
}
std::string Offer(const std::string& kex, const std::string& host_key, const std::string& cipher,
                  const std::string& mac) {
  return Packet(20, std::string(16, 'c') + Names(kex) + Names(host_key) + Names(cipher) +
                        Names(cipher) + Names(mac) + Names(mac) + Names("none") + Names("none") +
                        Names("") + Names("") + S("\0\0\0\0\0"));
}

const std::string kNewKeys = Packet(21, "");
const std::string kClientOffer = Offer("curve25519-sha256,ext-info-c", "ssh-ed25519,ssh-rsa",
                                       "aes128-ctr,aes256-ctr", "hmac-sha2-256,hmac-sha1");
const std::string kServerOffer =
    Offer("sntrup761,curve25519-sha256", "ssh-rsa", "aes256-ctr,aes128-ctr", "hmac-sha1");
const Conversation kExchange = {{kClient, "SSH-2.0-c\r\n"},
                                {kServer, "SSH-2.0-s\r\n" + kServerOffer},
                                {kClient, kClientOffer + Packet(30, "point")},
                                {kServer, Packet(31, "key") + kNewKeys},
                                {kClient, kNewKeys + "sealed"}};

// The digests are md5sum's of the lists with ';' between.
TEST(SshTest, WhatBothEndsAgreeOn) {
  const Result result = CheckEveryCut(kExchange, kOdd);
  EXPECT_THAT(result.facts,
              ElementsAre("ssh_version=2.0", "ssh_client=c", "ssh_server=s",
                          "hassh_server=551466f3f0bab140f352ac432422e125",
                          "hassh=34b9117cdae71235f1b1aa683fd98e43", "ssh_kex=curve25519-sha256",
                          "ssh_hostkey=ssh-rsa", "ssh_cipher=aes128-ctr", "ssh_mac=hmac-sha1"));
  EXPECT_EQ(result.standing.stage, Stage::kSshAuthentication);
}

TEST(SshTest, ACipherThatNeedsNoMac) {
  const Result result =
      Feed({{kClient, "SSH-2.0-c\r\n" + Offer("k", "h", "chacha20-poly1305@openssh.com", "m")},
            {kServer, "SSH-2.0-s\r\n" + Offer("k", "h", "chacha20-poly1305@openssh.com", "m")}},
           kOdd);
  EXPECT_THAT(result.facts, testing::Contains("ssh_cipher=chacha20-poly1305@openssh.com"));
  EXPECT_THAT(result.facts, testing::Not(testing::Contains("ssh_mac=m")));
}

Conversation Then(Conversation conversation, const Conversation& more) {
  conversation.insert(conversation.end(), more.begin(), more.end());
  return conversation;
}
Conversation Times(int n, const Piece& piece) {
  return Conversation(static_cast<size_t>(n), piece);
}

struct StageCase {
  const char* name;
  Conversation conversation;
  Stage stage;
  bool wants_more;
};

const StageCase kStages[] = {
    {"OneBanner", {{kServer, "SSH-2.0-s\r\n"}}, Stage::kSshBanner, true},
    {"OneOffer", {kExchange.begin(), kExchange.begin() + 2}, Stage::kSshKeyExchange, true},
    {"OneSidesKeys", {kExchange.begin(), kExchange.begin() + 4}, Stage::kSshKeyExchange, true},
    {"BothSidesKeys", kExchange, Stage::kSshAuthentication, true},
    {"AsManyAnswersAsRefusalsTake", Then(kExchange, Times(10, {kServer, "sealed"})),
     Stage::kSshAuthentication, true},
    {"MoreAnswers", Then(kExchange, Times(11, {kServer, "sealed"})), Stage::kSshEstablished, false},
    {"MuchData", Then(kExchange, Times(9, {kClient, std::string(4000, 'e')})),
     Stage::kSshEstablished, false},
    {"Endless", Then(kExchange, Times(600, {kClient, "e"})), Stage::kSshAuthentication, false},
    {"Disconnect", Then({kExchange.begin(), kExchange.begin() + 3}, {{kServer, Packet(1, "why")}}),
     Stage::kSshKeyExchange, false},
    {"NoPackets",
     {{kClient, "SSH-2.0-c\r\n"}, {kServer, "SSH-2.0-s\r\n"}, {kClient, "\xff\xff\xff\xff"}},
     Stage::kNone,
     false},
    {"Version1", {{kServer, "SSH-1.5-s\n"}, {kClient, "SSH-1.5-c\n"}}, Stage::kNone, false},
};

TEST(SshTest, Stages) {
  for (const StageCase& c : kStages) {
    const Result result = Feed(c.conversation, kOdd);
    EXPECT_EQ(StageName(result.standing.stage), StageName(c.stage)) << c.name;
    EXPECT_EQ(result.wants_more, c.wants_more) << c.name;
  }
}

TEST(SshTest, BehindAHole) {
  for (const size_t said : {3u, 5u}) {
    const InspectionLimits limits;
    InspectionCounters counters;
    Inspection inspection(Protocol::kTcp, 1, 22, &limits, &counters);
    for (size_t i = 0; i < said; ++i) {
      inspection.OnData(kExchange[i].direction, AsBytes(kExchange[i].bytes), Moment{});
    }
    inspection.OnGap(kServer, 40'000);
    // In clear nothing can be told any more; encrypted bytes count, seen or not.
    EXPECT_EQ(inspection.standing().stage, said == 3 ? Stage::kNone : Stage::kSshEstablished);
  }
}

// Each byte of the offers wrong in turn, and each end of them: nothing is read past the end.
TEST(SshTest, HostileOffers) {
  for (size_t at = 0; at < kServerOffer.size(); ++at) {
    Conversation conversation = kExchange;
    conversation[1].bytes[11 + at] = '\xff';
    Feed(conversation, kOdd);
  }
  const std::string body = kServerOffer.substr(6, kServerOffer.size() - 10);
  for (size_t n = 0; n < body.size(); ++n) {
    Conversation conversation = kExchange;
    conversation[1].bytes = "SSH-2.0-s\r\n" + Packet(20, body.substr(0, n));
    const Result result = Feed(conversation, kOdd);
    EXPECT_EQ(std::count_if(result.facts.begin(), result.facts.end(),
                            [](const std::string& f) { return f.starts_with("hassh_server="); }),
              n + 13 >= body.size() ? 1 : 0)
        << n << " of " << body.size();
  }
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
