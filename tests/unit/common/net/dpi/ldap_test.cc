// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Ber(int tag, const std::string& body) {
  return static_cast<char>(tag) + std::string(1, static_cast<char>(body.size())) + body;
}
const std::string kId = S("\2\1\1");
const std::string kBind =
    Ber(0x30, kId + Ber(0x60, S("\2\1\3") + Ber(4, "cn=admin") + Ber(0x80, "a secret")));
const std::string kBound = Ber(0x30, kId + Ber(0x61, S("\x0a\1\0\4\0\4\0")));
const std::string kSearch = Ber(0x30, kId + Ber(0x63, Ber(4, "dc=x")));

TEST(LdapTest, OperationsAndWhoBinds) {
  CheckProbe(&ProbeLdap, {{"Bind", kBind, Verdict::kMatch},
                          {"Bound", kBound, Verdict::kMatch},
                          {"Search", kSearch, Verdict::kNotMine},
                          {"SNMP", S("\x30\x1a\2\1\1\4\6public"), Verdict::kNotMine}});
  CheckProbe(&ProbeLdapPort, {{"Search", kSearch, Verdict::kMatch}});
  const Result result = CheckEveryCut({{kClient, kBind}, {kServer, kBound}, {kClient, kSearch}},
                                      {.server_port = 1389});
  EXPECT_THAT(result.protocols, ElementsAre("ldap"));
  EXPECT_THAT(result.facts, ElementsAre("ldap_operation=bind", "ldap_bind_dn=cn=admin",
                                        "ldap_operation=bind_response", "ldap_operation=search"));
}

TEST(LdapTest, TlsOnRequest) {
  const std::string ask = Ber(0x30, kId + Ber(0x77, Ber(0x80, "1.3.6.1.4.1.1466.20037")));
  const auto answer = [](char code) {
    return Ber(0x30, kId + Ber(0x78, S("\x0a\1") + code + S("\4\0\4\0")));
  };
  const Setting port389{.server_port = 389};
  EXPECT_THAT(
      CheckEverySegmentation({{kClient, ask}, {kServer, answer(0)}, {kClient, kTlsHello}}, port389)
          .protocols,
      ElementsAre("ldap", "tls"));
  const Result refused = Feed({{kClient, ask}, {kServer, answer(2)}, {kClient, kSearch}}, port389);
  EXPECT_THAT(refused.protocols, ElementsAre("ldap"));
  EXPECT_THAT(refused.facts, testing::Contains("ldap_operation=search"));
}

TEST(LdapTest, Datagrams) {
  const std::string entry = Ber(0x30, kId + Ber(0x64, Ber(4, "") + Ber(0x30, "")));
  const std::string done = Ber(0x30, kId + Ber(0x65, S("\x0a\1\0\4\0\4\0")));
  CheckProbe(&ProbeCldap, {{"Search", kSearch, Verdict::kMatch},
                           {"Answer", entry + done, Verdict::kMatch},
                           {"Bind", kBind, Verdict::kNotMine},
                           {"SNMP", S("\x30\x1a\2\1\1\4\6public"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kSearch}, {kServer, entry + done}}, OnPort(389));
  EXPECT_THAT(result.protocols, ElementsAre("ldap"));
  EXPECT_THAT(result.facts, ElementsAre("ldap_operation=search", "ldap_operation=search_entry",
                                        "ldap_operation=search_done"));
  EXPECT_TRUE(Feed({{kClient, kSearch}}, OnPort(3890)).protocols.empty());
  CheckTruncations(entry + done, 389, 2);
}

}  // namespace
}  // namespace rustnet::net
