// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(Dhcp6Test, Types) {
  const std::string solicit = S("\1xid\0\1\0\4duid\0\x08\0\2\0\0");
  const std::string relayed = S("\x0c\0") + std::string(32, 'a') + S("\0\x09\0\2ms");
  CheckProbe(&ProbeDhcp6, {{"Solicit", solicit, Verdict::kMatch},
                           {"Relayed", relayed, Verdict::kMatch},
                           {"Option", S("\1xid\xff\1\0\0"), Verdict::kNotMine},
                           {"Type", S("\xffxid"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, solicit}}, OnPort(547)).facts, ElementsAre("dhcpv6_type=solicit"));
  CheckTruncations(solicit, 547, 1);
}

TEST(Dhcp6Test, NamesOfClients) {
  const std::string partial = S("\3xid\0\x27\0\7\1\5Alpha");
  const std::string whole = S("\3xid\0\x27\0\x0c\1\5Alpha\3lan\0");
  EXPECT_THAT(Feed({{kClient, partial}}, OnPort(547)).facts,
              ElementsAre("dhcpv6_type=request", "dhcp_hostname=Alpha"));
  const std::string relayed =
      S("\x0c\0") + std::string(32, 'a') + S("\0\x09") + U16(whole.size()) + whole;
  EXPECT_THAT(
      Feed({{kClient, relayed}}, OnPort(547)).facts,
      ElementsAre("dhcpv6_type=relay-forw", "dhcpv6_type=request", "dhcp_hostname=Alpha.lan."));
  const std::string cut =
      S("\3xid\0\x27\0\7\1\x09"
        "Alpha");
  EXPECT_THAT(Feed({{kClient, cut}}, OnPort(547)).facts, ElementsAre("dhcpv6_type=request"));
}

// Relays that go on and on are followed to a bound.
TEST(Dhcp6Test, RelaysOfRelays) {
  std::string message = S("\1xid\0\1\0\4duid");
  for (int i = 0; i < 30; ++i) {
    message = S("\x0c\0") + std::string(32, 'a') + S("\0\x09") + U16(message.size()) + message;
  }
  const Result result = Feed({{kClient, message}}, OnPort(547));
  EXPECT_THAT(result.facts, ElementsAre("dhcpv6_type=relay-forw"));
  EXPECT_EQ(result.facts_dropped, 1u);
}

}  // namespace
}  // namespace rustnet::net
