// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 13306};
const Setting kPort3306{.server_port = 3306};

std::string Packet(int number, const std::string& body) {
  return std::string{static_cast<char>(body.size() & 0xff), static_cast<char>(body.size() >> 8), 0,
                     static_cast<char>(number)} +
         body;
}
const std::string kGreeting =
    Packet(0, S("\x0a") + "8.0.32" + S("\0\1\0\0\0saltsalt\0\xff\xf7\x21\2\0\xff\xff"));
std::string Login(const std::string& user, const std::string& abilities) {
  return Packet(1, abilities + S("\0\0\0\1\x21") + std::string(23, '\0') + user + S("\0\3abc"));
}

TEST(MysqlTest, Probes) {
  CheckProbe(&ProbeMysql, {{"Greeting", kGreeting, Verdict::kMatch},
                           {"Version", Packet(0, "\x0a" + std::string(40, 'x')), Verdict::kNotMine},
                           {"Number", Packet(1, kGreeting.substr(4)), Verdict::kNotMine},
                           {"Query", Packet(0, "\3SELECT 1 from table"), Verdict::kNotMine}});
  CheckProbe(&ProbeMysqlPort, {{"Query", Packet(0, "\3SELECT 1 from table"), Verdict::kMatch},
                               {"Refused", Packet(0, S("\xff\x6a\4") + "Host"), Verdict::kMatch},
                               {"Nonsense", Packet(0, "\3WHATEVER 1 from x"), Verdict::kNotMine}});
}

TEST(MysqlTest, VersionAndUsers) {
  const Result result =
      CheckEveryCut({{kServer, kGreeting},
                     {kClient, Login("alice", S("\x85\xa2\x0e\0"))},
                     {kServer, Packet(2, S("\0\0\0\2\0\0\0"))},
                     {kClient, Packet(0, "\3SELECT 1" + std::string(700, ' '))},
                     {kServer, Packet(1, S("\x0a") + "9.9.9" + std::string(40, '\0'))},
                     {kClient, Packet(0, S("\x11") + "bob" + S("\0\x14hash"))}},
                    kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("mysql"));
  EXPECT_THAT(result.facts,
              ElementsAre("mysql_version=8.0.32", "mysql_user=alice", "mysql_user=bob"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(MysqlTest, TlsOnRequest) {
  const Result result =
      CheckEveryCut({{kServer, kGreeting},
                     {kClient, Packet(1, S("\x85\xae\x0e\0\0\0\0\1\x21") + std::string(23, '\0'))},
                     {kClient, kTlsHello}},
                    kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("mysql", "tls"));
}

TEST(MysqlTest, OldLoginCompressionRefusal) {
  const Result old = CheckEveryCut(
      {{kServer, kGreeting}, {kClient, Packet(1, S("\x05\0\0\0\0") + "carol" + S("\0x"))}}, kOdd);
  EXPECT_THAT(old.facts, ElementsAre("mysql_version=8.0.32", "mysql_user=carol"));
  EXPECT_FALSE(
      Feed({{kServer, kGreeting}, {kClient, Login("d", S("\xa5\xa2\x0e\0"))}}, kOdd).wants_more);
  EXPECT_THAT(Feed({{kServer, Packet(0, S("\xff\x6a\4") + "Host")}}, kPort3306).facts, IsEmpty());
}

TEST(MysqlTest, AGreetingThatWasNotCaptured) {
  const std::string login = Login("alice", S("\x85\xa2\x0e\0"));
  const std::string tls = Packet(1, S("\x85\xae\x0e\0\0\0\0\1\x21") + std::string(23, '\0'));
  const std::string filled =
      Packet(1, S("\x85\xa2\x0e\0\0\0\0\1\x21") + std::string(23, 'x') + S("alice\0"));
  CheckProbe(&ProbeMysqlPort, {{"Login", login, Verdict::kMatch},
                               {"TLS", tls, Verdict::kMatch},
                               {"Filled", filled, Verdict::kNotMine},
                               {"Answer", Packet(1, S("\0\0\0\2\0\0\0")), Verdict::kNotMine}});
  const Result result = CheckEverySegmentation({{kClient, login}}, kPort3306);
  EXPECT_THAT(result.protocols, ElementsAre("mysql"));
  EXPECT_THAT(result.facts, ElementsAre("mysql_user=alice"));
  EXPECT_THAT(CheckEverySegmentation({{kClient, tls}, {kClient, kTlsHello}}, kPort3306).protocols,
              ElementsAre("mysql", "tls"));
}

}  // namespace
}  // namespace rustnet::net
