// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

// Of service 0x1234; `kind` with its return code.
std::string Call(const std::string& kind, const std::string& payload) {
  return S("\x12\x34\0\x21\0\0") + U16(8 + payload.size()) + S("\x13\x43\0\1\1\2") + kind + payload;
}

const std::string kOffer = S("\xff\xff\x81\0\0\0\0\x24\0\0\0\1\1\1\2\0\xc0\0\0\0\0\0\0\x10") +
                           std::string(16, '\1') + S("\0\0\0\0");

TEST(SomeipTest, Probe) {
  CheckProbe(&ProbeSomeip, {{"Request", Call(S("\0\0"), "abc"), Verdict::kMatch},
                            {"Segment", Call(S("\x20\0"), "abc"), Verdict::kMatch},
                            {"Error", Call("\x81\2", ""), Verdict::kMatch},
                            {"Request with code", Call(S("\0\1"), ""), Verdict::kNotMine},
                            {"Kind", Call("\3", ""), Verdict::kNotMine},
                            {"Short", S("\x12\x34\0\x21\0\0\0\7"), Verdict::kNotMine}});
  CheckProbe(&ProbeSomeipDatagram, {{"Request", Call(S("\0\0"), "abc"), Verdict::kMatch}});
  EXPECT_EQ(ProbeSomeipDatagram(AsBytes(Call(S("\0\0"), "abc").substr(0, 17))), Verdict::kNeedMore);
  CheckProbe(&ProbeSomeipDiscovery,
             {{"Offer", kOffer, Verdict::kMatch},
              {"Client", S("\xff\xff\x81\0\0\0\0\x24\0\1"), Verdict::kNotMine},
              {"Entries", kOffer.substr(0, 23) + S("\x11"), Verdict::kNotMine},
              {"Flags", kOffer.substr(0, 16) + S("\1"), Verdict::kNotMine}});
}

TEST(SomeipTest, Services) {
  const Result discovery = Feed({{kClient, kOffer}}, OnPort(4711));
  EXPECT_THAT(discovery.protocols, ElementsAre("someip"));
  EXPECT_THAT(discovery.facts, ElementsAre("someip_service=65535"));
  const Result call = Feed(
      {{kClient, Call(S("\0\0"), "a") + kOffer}, {kServer, Call(S("\x80\0"), "b")}}, OnPort(30490));
  EXPECT_THAT(call.facts, ElementsAre("someip_service=4660", "someip_service=65535"));
  EXPECT_EQ(call.evidence, Evidence::kHandshake);
  CheckTruncations(kOffer, 30490, 1);
}

TEST(SomeipTest, OverTcp) {
  const Result result = CheckEveryCut(
      {{kClient, Call(S("\0\0"), "a")}, {kServer, Call(S("\x80\0"), "b") + Call(S("\2\0"), "")}},
      {.server_port = 30501});
  EXPECT_THAT(result.protocols, ElementsAre("someip"));
  EXPECT_THAT(result.facts, ElementsAre("someip_service=4660"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
